import type { LeasedNotification } from '#core/store.ts';
import type { Attempt, Channel, ChannelContext } from '../channel.ts';
import { postJson, readObject } from '../post-json.ts';
import { describeRichly } from '../rich-message.ts';
import { renderDiscord } from './render.ts';
import { discordSpec } from './spec.ts';

export const discord: Channel = { spec: discordSpec, send };

/** Posts once, and waits for the message that Discord has made of it: without `wait` it answers before it has looked. */
async function send(notification: LeasedNotification, context: ChannelContext): Promise<Attempt> {
  const { url } = context.settings;
  if (typeof url !== 'string' || !URL.canParse(url)) return { outcome: 'refused', problem: 'The channel has no url.' };
  const target = new URL(url);
  target.searchParams.set('wait', 'true');
  const message = renderDiscord(describeRichly(notification, context, discordSpec), notification.createdAt);
  return postJson(context, target.href, message, {
    isTaken: (body) => typeof readObject(body).id === 'string',
    retryAfterSeconds: ({ headers }, body) => {
      const seconds = readObject(body).retry_after;
      return typeof seconds === 'number' ? String(seconds) : headers['x-ratelimit-reset-after'];
    },
  });
}
