import type { LeasedNotification } from '#core/store.ts';
import type { Attempt, Channel, ChannelContext } from '../channel.ts';
import { postJson, readObject } from '../post-json.ts';
import { describeRichly } from '../rich-message.ts';
import { renderNtfy } from './render.ts';
import { ntfySpec } from './spec.ts';

export const ntfy: Channel = { spec: ntfySpec, send };

async function send(notification: LeasedNotification, context: ChannelContext): Promise<Attempt> {
  const { url = 'https://ntfy.sh', token, topic } = context.settings;
  const to = context.to ?? topic;
  if (typeof to !== 'string' || !/^[A-Za-z0-9_-]{1,64}$/.test(to)) {
    return { outcome: 'refused', problem: 'There is no topic to send to: letters, digits, `-` and `_`.' };
  }
  if (token !== undefined && !/^[\x21-\x7e]+$/.test(String(token))) {
    return { outcome: 'refused', problem: 'The token has signs that a header cannot hold.' };
  }
  const message = renderNtfy(describeRichly(notification, context, ntfySpec), to, notification.id);
  return postJson(
    context,
    String(url),
    message,
    { isTaken: (body) => typeof readObject(body).id === 'string' },
    token === undefined ? {} : { authorization: `Bearer ${token}` },
  );
}
