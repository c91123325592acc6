import { afterEach, expect, it } from 'vitest';
import { channelConformance, sampleNotification } from '../../../test/conformance/channel.ts';
import {
  type HttpProvider,
  hostileNotification,
  type ProviderReply,
  resolvedNotification,
  type SeenRequest,
  startHttpProvider,
} from '../../../test/kit/http-provider.ts';
import { ntfy } from './send.ts';

channelConformance(ntfy, 'http');

let provider: HttpProvider | undefined;
afterEach(() => provider?.close());

const refused = (status: number, error: string): ProviderReply => ({
  status,
  body: JSON.stringify({ code: status, error }),
});

function answerAsNtfy({ path, body, bytes, headers }: SeenRequest): ProviderReply {
  if (path !== '/' || bytes > 8_192) return refused(413, 'message or request too large');
  if (!/^[-_A-Za-z0-9]{1,64}$/.test(body.topic)) return refused(400, 'topic invalid');
  if (!/^[-_A-Za-z0-9]{1,64}$/.test(body.sequence_id)) return refused(400, 'sequence ID invalid');
  if (Buffer.byteLength(body.message) > 4_096) return refused(400, 'message too large');
  if (body.actions?.length > 3) return refused(400, 'too many actions');
  if (body.topic === 'closed' && headers.authorization !== 'Bearer tk_secret') return refused(403, 'forbidden');
  return { status: 200, body: JSON.stringify({ id: 'sPs71M8A2T', event: 'message', topic: body.topic }) };
}

async function start(reply: (request: SeenRequest) => ProviderReply = answerAsNtfy): Promise<HttpProvider> {
  provider = await startHttpProvider(reply);
  return provider;
}

it('publishes as loud as the severity is, with what to press', async () => {
  const server = await start();
  const settings = { url: server.url, token: 'tk_secret', topic: 'closed' };
  for (const severityRank of [0, 1, 2]) {
    expect(await server.send(ntfy, settings, { severityRank })).toMatchObject({ outcome: 'accepted' });
  }
  await server.send(ntfy, settings, {}, resolvedNotification());
  expect(server.seen.map(({ body }) => [body.priority, body.tags])).toEqual([
    [5, ['rotating_light']],
    [4, ['rotating_light']],
    [3, ['rotating_light']],
    [3, ['white_check_mark']],
  ]);
  expect(server.seen[0]?.body).toMatchObject({
    topic: 'closed',
    title: 'urgent: errors [/orders] fires (A-1, Tea shop)',
    click: 'https://watch.example/plans/tea-shop/alerts/A-1',
    sequence_id: sampleNotification().id,
    actions: [
      { action: 'view', label: 'Acknowledge', url: 'https://watch.example/a/token' },
      { action: 'view', label: 'Open the alert' },
    ],
  });
});

it('goes to the topic of the person where there is one', async () => {
  const server = await start();
  await server.send(ntfy, { url: server.url, topic: 'ops' }, { to: 'mia-topic' });
  expect(server.seen[0]?.body.topic).toBe('mia-topic');
  expect(server.seen[0]?.headers.authorization).toBeUndefined();
});

it('cuts what is too long by bytes', async () => {
  const server = await start();
  const attempt = await server.send(ntfy, { url: server.url }, { to: 'mia' }, hostileNotification());
  expect(attempt).toMatchObject({ outcome: 'accepted' });
});

it('tries again when the token is refused, since it can be put right', async () => {
  const server = await start();
  const attempt = await server.send(ntfy, { url: server.url, token: 'tk_other' }, { to: 'closed' });
  expect(attempt).toMatchObject({ outcome: 'retry', problem: 'Answered 403.' });
});
