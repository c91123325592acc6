import { Webhook } from 'standardwebhooks';
import type { LeasedNotification } from '#core/store.ts';
import { limits } from '#kernel/limits.ts';
import type { Attempt, Channel, ChannelContext } from '../channel.ts';
import { plainMessage } from '../plain-message.ts';
import { classifyResponse, classifyTransportFailure } from '../provider-answer.ts';
import { renderWebhook } from './render.ts';
import { webhookSpec } from './spec.ts';

export const webhook: Channel = { spec: webhookSpec, send };

/** Posts once. The receiver knows a repeated message by its `webhook-id`, which is the notification's for all its life. */
async function send(notification: LeasedNotification, context: ChannelContext): Promise<Attempt> {
  const { url, secret } = context.settings;
  if (typeof url !== 'string' || typeof secret !== 'string' || secret === '') {
    return { outcome: 'refused', problem: 'The channel has no url or no secret.' };
  }
  const signer = readSecret(secret);
  if (signer === undefined) {
    return { outcome: 'refused', problem: "The secret begins with 'whsec_' but the rest is no Base64." };
  }
  const body = render(notification, context);
  const headers = {
    'content-type': 'application/json',
    'user-agent': 'watchbill',
    'webhook-id': notification.id,
    'webhook-timestamp': String(Math.floor(context.now / 1_000)),
    'webhook-signature': signer.sign(notification.id, new Date(context.now), body),
  };
  const result = await context.transport.send({
    method: 'POST',
    url,
    headers,
    body: new TextEncoder().encode(body),
    timeoutMs: Math.min(context.timeoutMs, limits.egressTimeoutMs),
  });
  return result.ok ? classifyResponse(result.value, context.now) : classifyTransportFailure(result.failure);
}

/** A text that cannot be rendered must not hold the page up: then the plain facts go out in the same form. */
function render(notification: LeasedNotification, context: ChannelContext): string {
  try {
    return renderWebhook(notification, context);
  } catch {
    const { title, text } = plainMessage(notification);
    const { plan, alert, rule, severity, state } = notification.content;
    return JSON.stringify({
      type: state === 'firing' ? 'alert.firing' : 'alert.resolved',
      data: { plan, alert, rule, severity, state, title, text },
    });
  }
}

function readSecret(secret: string): Webhook | undefined {
  try {
    return secret.startsWith('whsec_')
      ? new Webhook(secret)
      : new Webhook(new TextEncoder().encode(secret), { format: 'raw' });
  } catch {
    return undefined;
  }
}
