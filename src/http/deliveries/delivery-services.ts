import type { Core } from '#engine/core-process.ts';
import { requirePlan } from '../known-plan.ts';
import { viewDelivery } from './delivery-view.ts';
import type { DeliveryServices } from './services.ts';

/** What people mean by a state of a message, in the states of the queue. */
const STATES = {
  waiting: ['pending', 'leased', 'retry_at', 'unknown'],
  sent: ['accepted', 'delivered'],
  failed: ['failed'],
} as const;

/** The delivery log on the core. */
export function createDeliveryServices(core: Core): DeliveryServices {
  return {
    async list(plan, { state, channel, recipient, alert, before, limit }) {
      requirePlan(core, plan);
      const { rows, next } = await core.deliveries(plan, {
        limit,
        ...(state === undefined ? {} : { states: STATES[state] }),
        ...(channel === undefined ? {} : { channel }),
        ...(recipient === undefined ? {} : { recipient }),
        ...(alert === undefined ? {} : { alert }),
        ...(before === undefined ? {} : { before }),
      });
      return { deliveries: rows.map(viewDelivery), ...(next === undefined ? {} : { next }) };
    },
  };
}
