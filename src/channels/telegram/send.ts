import type { LeasedNotification } from '#core/store.ts';
import type { Attempt, Channel, ChannelContext } from '../channel.ts';
import { postJson, readObject } from '../post-json.ts';
import { describeRichly } from '../rich-message.ts';
import { renderTelegram } from './render.ts';
import { telegramSpec } from './spec.ts';

export const telegram: Channel = { spec: telegramSpec, send };

async function send(notification: LeasedNotification, context: ChannelContext): Promise<Attempt> {
  const { token, url = 'https://api.telegram.org', chat } = context.settings;
  // The token stands in the path, so it must not lead elsewhere.
  if (typeof token !== 'string' || !/^[A-Za-z0-9:_-]+$/.test(token)) {
    return { outcome: 'refused', problem: 'The channel has no token, or one that no bot has.' };
  }
  const to = context.to ?? (chat === undefined ? undefined : String(chat));
  if (to === undefined || !/^(?:-?\d{1,20}|@[A-Za-z0-9_]{1,64})$/.test(to)) {
    return { outcome: 'refused', problem: 'There is no chat to send to: a number, or `@name` of a public channel.' };
  }
  const message = renderTelegram(describeRichly(notification, context, telegramSpec), to);
  return postJson(context, `${String(url).replace(/\/+$/, '')}/bot${token}/sendMessage`, message, {
    isTaken: (body) => readObject(body).ok === true,
    retryAfterSeconds: (_response, body) => {
      const { parameters } = readObject(body);
      const seconds =
        typeof parameters === 'object' && parameters !== null && 'retry_after' in parameters
          ? parameters.retry_after
          : undefined;
      return typeof seconds === 'number' ? String(seconds) : undefined;
    },
  });
}
