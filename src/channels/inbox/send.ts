import type { LeasedNotification } from '#core/store.ts';
import type { Attempt, Channel, ChannelContext } from '../channel.ts';
import { renderInbox } from './render.ts';
import { inboxSpec } from './spec.ts';

export const inbox: Channel = { spec: inboxSpec, send };

/** The message's id is the notification's, so that a second attempt changes nothing. */
async function send(notification: LeasedNotification, context: ChannelContext): Promise<Attempt> {
  try {
    await context.putInbox(renderInbox(notification, context));
    return { outcome: 'delivered' };
  } catch {
    // The driver's own text may quote values, so it is not repeated.
    return {
      outcome: 'retry',
      problem: 'The inbox could not be written.',
      because: 'provider-unreachable',
      maySent: true,
    };
  }
}
