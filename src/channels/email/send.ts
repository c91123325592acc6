import type { LeasedNotification } from '#core/store.ts';
import { limits } from '#kernel/limits.ts';
import type { MailFailure, MailServer } from '#kernel/ports.ts';
import type { Attempt, Channel, ChannelContext } from '../channel.ts';
import { describeRichly } from '../rich-message.ts';
import { renderMail } from './render.ts';
import { emailPorts, emailSpec } from './spec.ts';

export const email: Channel = { spec: emailSpec, send };

/** One address: no list, no name, no line of its own. */
const ADDRESS = /^[^\s@<>,;:"()[\]\\]{1,64}@[^\s@<>,;:"()[\]\\]{1,253}$/;

/** Sends once. The reader's program knows a repeated mail by its Message-ID. */
async function send(notification: LeasedNotification, context: ChannelContext): Promise<Attempt> {
  const { from } = context.settings;
  const server = readServer(context.settings);
  if (typeof server === 'string') return { outcome: 'refused', problem: server };
  if (typeof from !== 'string' || !ADDRESS.test(from)) {
    return { outcome: 'refused', problem: 'The channel has no address in `from`.' };
  }
  if (context.to === undefined || !ADDRESS.test(context.to)) {
    return { outcome: 'refused', problem: 'The recipient has no mail address.' };
  }
  const message = describeRichly(notification, context, emailSpec);
  const result = await context.mail.sendMail({
    server,
    from: { name: 'Watchbill', address: from },
    to: context.to,
    date: notification.createdAt,
    timeoutMs: Math.min(context.timeoutMs, limits.egressTimeoutMs),
    ...renderMail(message, notification, from),
  });
  return result.ok ? { outcome: 'accepted', receipt: `SMTP ${result.value}` } : classify(result.failure);
}

/** The server of the settings, or a sentence about what is wrong with them. */
function readServer(settings: ChannelContext['settings']): MailServer | string {
  const { host, user, password, security = 'starttls' } = settings;
  if (typeof host !== 'string' || !/^[A-Za-z0-9._:-]{1,253}$/.test(host))
    return 'The channel has no mail server in `host`.';
  if (security !== 'starttls' && security !== 'tls' && security !== 'none') {
    return 'The `security` of the channel is none of starttls, tls and none.';
  }
  const port = Number(settings.port ?? emailPorts[security]);
  if (!Number.isInteger(port) || port < 1 || port > 65_535) return 'The `port` of the channel is none.';
  if ((user === undefined) !== (password === undefined)) return 'The channel has only one of `user` and `password`.';
  return {
    host,
    port,
    security,
    ...(user === undefined || password === undefined
      ? {}
      : { login: { user: String(user), password: String(password) } }),
  };
}

function classify(failure: MailFailure): Attempt {
  const problem = failure.message;
  const maySent = failure.sent === 'maybe';
  switch (failure.reason) {
    case 'mail-refused':
      return { outcome: 'refused', problem };
    // As for HTTP: the operator permits the address, or the plan gets another, while the message waits.
    case 'address-refused':
    case 'scheme-refused':
    case 'url-refused':
      return { outcome: 'retry', problem, because: 'egress-refused', maySent: false };
    // A password or a certificate can be put right at either end while the message waits.
    case 'session-refused':
    case 'mail-deferred':
      return { outcome: 'retry', problem, because: 'provider-refused', maySent };
    case 'name-not-found':
    case 'connection-failed':
    case 'timed-out':
    case 'connection-lost':
      return { outcome: 'retry', problem, because: 'provider-unreachable', maySent };
  }
}
