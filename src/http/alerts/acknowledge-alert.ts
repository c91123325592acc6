import { routes } from '#contract/routes.ts';
import { verb } from '../verb.ts';
import { viaOf } from '../via.ts';

/** Acknowledges an alert in the name of whoever asks. */
export const acknowledgeAlert = verb(routes.acknowledgeAlert, ({ params, body, actor, header, services }) =>
  services.alerts.acknowledge(params.plan, {
    alert: params.alert,
    by: actor.name,
    via: viaOf(actor, header),
    expectedVersion: body.expectedVersion,
  }),
);
