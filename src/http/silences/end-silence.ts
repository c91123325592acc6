import { routes } from '#contract/routes.ts';
import { verb } from '../verb.ts';
import { viaOf } from '../via.ts';

/** Ends a silence before its time. */
export const endSilence = verb(routes.endSilence, ({ params, body, actor, header, services }) =>
  services.silences.end(params.plan, {
    silence: params.silence,
    by: actor.name,
    via: viaOf(actor, header),
    expectedVersion: body.expectedVersion,
  }),
);
