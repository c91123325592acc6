import { routes } from '#contract/routes.ts';
import { verb } from '../verb.ts';
import { viaOf } from '../via.ts';

/** Says that there is no list, in the name of whoever asks. */
export const markNotAvailable = verb(routes.markNotAvailable, ({ params, body, actor, header, services }) =>
  services.comparisons.notAvailable(params.plan, {
    comparison: params.comparison,
    ...body,
    by: actor.name,
    via: viaOf(actor, header),
  }),
);
