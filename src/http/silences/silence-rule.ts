import { routes } from '#contract/routes.ts';
import { RESPONDER_SILENCE_MS } from '#contract/silences.ts';
import { WatchbillError } from '#kernel/error-codes.ts';
import { may } from '../actor.ts';
import { verb } from '../verb.ts';
import { viaOf } from '../via.ts';

/** Begins a silence. Who may only respond silences for a day at most; longer belongs to those who edit the plan. */
export const silenceRule = verb(routes.silenceRule, async ({ params, body, actor, header, services }) => {
  if (body.forMs > RESPONDER_SILENCE_MS && !may(actor, 'edit', params.plan)) {
    throw new WatchbillError('forbidden', 'To silence for more than 24 hours takes the permission edit.', 'forMs');
  }
  return services.silences.begin(params.plan, body, { by: actor.name, via: viaOf(actor, header) });
});
