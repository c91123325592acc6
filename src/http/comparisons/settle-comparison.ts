import { routes } from '#contract/routes.ts';
import { verb } from '../verb.ts';
import { viaOf } from '../via.ts';

/** Settles what differs in the name of whoever asks. */
export const settleComparison = verb(routes.settleComparison, ({ params, body, actor, header, services }) =>
  services.comparisons.settle(params.plan, {
    comparison: params.comparison,
    ...body,
    by: actor.name,
    via: viaOf(actor, header),
  }),
);
