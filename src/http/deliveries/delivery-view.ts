import type { DeliveryAnswer } from '#contract/alerts.ts';
import { formatInstant } from '#kernel/instant.ts';
import type { DeliveryRecord } from '#storage/postgres/notifications.ts';
import { instantField } from '../instant-field.ts';

/** A message as the delivery log shows it. */
export function viewDelivery(delivery: Omit<DeliveryRecord, 'position'>): DeliveryAnswer {
  const { identity } = delivery;
  return {
    id: delivery.id,
    alert: identity.episode,
    rule: delivery.rule,
    severity: delivery.severity,
    step: identity.step,
    cycle: identity.cycle,
    recipient: identity.recipient,
    channel: identity.channel,
    state: delivery.state,
    createdAt: formatInstant(delivery.createdAt),
    ...instantField('settledAt', delivery.settledAt),
    ...instantField('retryAt', delivery.retryAt),
    attemptCount: delivery.attemptCount,
    mayRepeat: delivery.mayRepeat,
    ...(delivery.receipt === undefined ? {} : { receipt: delivery.receipt }),
    ...(delivery.problem === undefined ? {} : { problem: delivery.problem }),
  };
}
