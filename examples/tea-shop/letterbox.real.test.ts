import { createTransport } from 'nodemailer';
import { Webhook } from 'standardwebhooks';
import { afterEach, expect, test } from 'vitest';
import { type Letterbox, startLetterbox } from './letterbox.ts';
import type { ToldMessage } from './told.ts';

const webhookSecret = `whsec_${Buffer.from('a secret of thirty-two bytes or so').toString('base64')}`;
let letterbox: Letterbox | undefined;

afterEach(async () => {
  await letterbox?.close();
  letterbox = undefined;
});

async function open(): Promise<{ readonly box: Letterbox; readonly received: readonly ToldMessage[] }> {
  const received: ToldMessage[] = [];
  const box = await startLetterbox({
    port: 0,
    smtpPort: 0,
    webhookSecret,
    received: (message) => received.push(message),
  });
  letterbox = box;
  return { box, received };
}

const post = (url: string, body: string, headers: Record<string, string> = {}) =>
  fetch(url, { method: 'POST', body, headers });

test('a signed webhook is received once, an unsigned or altered one never', async () => {
  const { box, received } = await open();
  const body = JSON.stringify({ type: 'alert.firing', data: { title: 'payments' } });
  const now = new Date();
  const headers = {
    'webhook-id': 'msg_1',
    'webhook-timestamp': String(Math.floor(now.getTime() / 1_000)),
    'webhook-signature': new Webhook(webhookSecret).sign('msg_1', now, body),
  };
  expect((await post(box.webhookUrl, body, headers)).status).toBe(200);
  expect((await post(box.webhookUrl, body, headers)).status).toBe(200);
  expect((await post(box.webhookUrl, body.replace('payments', 'nothing'), headers)).status).toBe(401);
  expect((await post(box.webhookUrl, body)).status).toBe(401);
  expect(received).toMatchObject([{ id: 'msg_1', channel: 'webhook', to: 'alert.firing', title: 'payments' }]);
  expect(await (await fetch(box.receivedUrl)).json()).toEqual(received);
});

test('a mail is received over SMTP with both of its parts, once for each Message-ID', async () => {
  const { box, received } = await open();
  const mailer = createTransport({ host: '127.0.0.1', port: box.smtpPort, ignoreTLS: true });
  const mail = {
    from: 'watchbill@tea.example',
    to: 'mia@tea.example',
    subject: 'Payments: näher hinsehen',
    text: 'plain',
    html: '<p>rich</p>',
    messageId: '<one@tea.example>',
  };
  await mailer.sendMail(mail);
  await mailer.sendMail(mail);
  expect(received).toMatchObject([
    {
      id: '<one@tea.example>',
      channel: 'email',
      to: 'mia@tea.example',
      title: 'Payments: näher hinsehen',
      html: '<p>rich</p>\n',
    },
  ]);
  expect(received[0]?.text.trim()).toBe('plain');
  await expect(
    mailer.sendMail({ ...mail, messageId: '<two@tea.example>', text: 'x'.repeat(1_200_000) }),
  ).rejects.toThrow();
  expect(received).toHaveLength(1);
});

test('what is shaped for Slack is answered as Slack answers, in plain text', async () => {
  const { box, received } = await open();
  const taken = await post(box.slackUrl, '{"text":"payments fire"}');
  expect([taken.status, await taken.text()]).toEqual([200, 'ok']);
  const refused = await post(box.slackUrl, '{}');
  expect([refused.status, await refused.text()]).toEqual([400, 'no_text']);
  expect((await post(box.slackUrl.replace('letterbox', 'elsewhere'), '{"text":"x"}')).status).toBe(404);
  expect(received).toMatchObject([{ channel: 'slack', title: 'payments fire' }]);
});
