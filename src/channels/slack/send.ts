import type { LeasedNotification } from '#core/store.ts';
import type { Attempt, Channel, ChannelContext } from '../channel.ts';
import { postJson } from '../post-json.ts';
import { describeRichly } from '../rich-message.ts';
import { renderSlack } from './render.ts';
import { slackSpec } from './spec.ts';

export const slack: Channel = { spec: slackSpec, send };

/** Posts once. Slack says `ok` in plain text when it has the message, and a word of an error otherwise, be it with a 200. */
async function send(notification: LeasedNotification, context: ChannelContext): Promise<Attempt> {
  const { url } = context.settings;
  if (typeof url !== 'string') return { outcome: 'refused', problem: 'The channel has no url.' };
  const message = renderSlack(describeRichly(notification, context, slackSpec));
  return postJson(context, url, message, { isTaken: (body) => body.trim() === 'ok' });
}
