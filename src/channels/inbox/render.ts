import type { InboxMessage, LeasedNotification } from '#core/store.ts';
import type { ChannelContext } from '../channel.ts';
import { describeNotification, type PlainMessage } from '../message.ts';
import { plainMessage } from '../plain-message.ts';
import { describeRichly, linesOf } from '../rich-message.ts';
import { inboxSpec } from './spec.ts';

/** The message as the inbox holds it. */
export function renderInbox(
  notification: LeasedNotification,
  context: Pick<ChannelContext, 'now' | 'test'>,
): InboxMessage {
  return {
    id: notification.id,
    plan: notification.plan,
    person: notification.identity.recipient,
    at: context.now,
    alert: notification.content.alert,
    ...describe(notification, context),
  };
}

function describe(notification: LeasedNotification, context: Pick<ChannelContext, 'test'>): PlainMessage {
  if (context.test !== undefined) {
    const message = describeRichly(notification, context, inboxSpec);
    return { title: message.title, text: linesOf(message).join('\n') };
  }
  try {
    return describeNotification(notification.content);
  } catch {
    // A text that cannot be rendered must not hold the page up.
    return plainMessage(notification);
  }
}
