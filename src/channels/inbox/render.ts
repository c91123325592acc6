import type { InboxMessage, LeasedNotification } from '#core/store.ts';
import type { Instant } from '#kernel/instant.ts';
import { describeNotification } from '../message.ts';
import { plainMessage } from '../plain-message.ts';

/** The message as the inbox holds it. */
export function renderInbox(notification: LeasedNotification, now: Instant): InboxMessage {
  return {
    id: notification.id,
    plan: notification.plan,
    person: notification.identity.recipient,
    at: now,
    alert: notification.content.alert,
    ...describe(notification),
  };
}

function describe(notification: LeasedNotification): { readonly title: string; readonly text: string } {
  try {
    return describeNotification(notification.content);
  } catch {
    // A text that cannot be rendered must not hold the page up.
    return plainMessage(notification);
  }
}
