import { Webhook } from 'standardwebhooks';
import { expect, test } from 'vitest';
import { type ReceivedMessage, startWebhookReceiver } from './webhook-receiver.ts';

const secret = `whsec_${Buffer.from('a secret of thirty-two bytes or so').toString('base64')}`;

test('a signed message is received once, an unsigned or altered one never', async () => {
  const received: ReceivedMessage[] = [];
  const receiver = await startWebhookReceiver({ port: 0, secret, received: (message) => received.push(message) });
  const body = JSON.stringify({ type: 'alert.firing', data: { title: 'payments' } });
  const now = new Date();
  const headers = {
    'webhook-id': 'msg_1',
    'webhook-timestamp': String(Math.floor(now.getTime() / 1_000)),
    'webhook-signature': new Webhook(secret).sign('msg_1', now, body),
  };
  try {
    const send = (sentBody: string, sentHeaders: Record<string, string>) =>
      fetch(receiver.url, { method: 'POST', body: sentBody, headers: sentHeaders }).then((response) => response.status);
    expect(await send(body, headers)).toBe(200);
    expect(await send(body, headers)).toBe(200);
    expect(await send(body.replace('payments', 'nothing'), headers)).toBe(401);
    expect(await send(body, {})).toBe(401);
    expect(received).toMatchObject([{ id: 'msg_1', body: { type: 'alert.firing' } }]);
    expect(await (await fetch(`${receiver.url}received`)).json()).toHaveLength(1);
  } finally {
    await receiver.close();
  }
});
