import { eventsRoute } from './events/receive.ts';
import type { Intake } from './intake.ts';
import type { ReceiverRoute } from './receiver.ts';

/** Every address that takes something in. */
export function receiverRoutes(intake: Intake): readonly ReceiverRoute[] {
  return [eventsRoute(intake)];
}
