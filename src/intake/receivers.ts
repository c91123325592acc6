import { eventsRoute } from './events/receive.ts';
import { heartbeatRoutes } from './heartbeats/receive.ts';
import type { Intake } from './intake.ts';
import { otlpRoutes } from './otlp/receive.ts';
import { probeRoutes } from './probes/receive.ts';
import { remoteWriteRoute } from './prometheus/receive.ts';
import type { ReceiverRoute } from './receiver.ts';
import { sentryRoutes } from './sentry/receive.ts';
import { webhooksRoute } from './webhooks/receive.ts';

/** Every address that takes something in. */
export function receiverRoutes(intake: Intake): readonly ReceiverRoute[] {
  return [
    eventsRoute(intake),
    ...otlpRoutes(intake),
    remoteWriteRoute(intake),
    ...sentryRoutes(intake),
    webhooksRoute(intake),
    ...heartbeatRoutes(intake),
    ...probeRoutes(intake),
  ];
}
