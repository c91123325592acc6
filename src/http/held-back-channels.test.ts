import { expect, test } from 'vitest';
import { parseEgressAllow } from '#egress/allowance.ts';
import { createHoldsBack } from '#egress/holds-back.ts';
import type { ChannelBinding } from '#plan/people.ts';
import { heldBackChannels } from './held-back-channels.ts';

async function sentences(allow: string, channels: readonly ChannelBinding[], secrets: Record<string, string> = {}) {
  const parsed = parseEgressAllow(allow);
  if (!parsed.ok) throw new Error(parsed.failure.message);
  return heldBackChannels({ channels }, async (name) => secrets[name], createHoldsBack(parsed.value));
}

function webhook(url: string): ChannelBinding {
  return { name: 'ops', kind: 'webhook', settings: { url: { literal: url }, secret: { secret: 'OPS_SECRET' } } };
}

function mail(settings: ChannelBinding['settings']): ChannelBinding {
  return { name: 'mail', kind: 'email', settings };
}

test.each([
  ['http://10.1.2.3:9000/x', '10.1.2.3 is a private address', '10.1.2.3:9000'],
  ['https://10.1.2.3/', '10.1.2.3 is a private address', '10.1.2.3:443'],
  ['http://[::1]/', '::1 is a loopback address', '[::1]:80'],
  ['http://localhost:8080/', '127.0.0.1 is a loopback address', 'localhost:8080'],
  ['http://2130706433/', '127.0.0.1 is a loopback address', '127.0.0.1:80'],
])('a webhook to %s is named with what allows it, and not once that is set', async (url, words, allowance) => {
  expect(await sentences('', [webhook(url)])).toEqual([
    `Nobody can be told by ops: ${words}. To allow it, add \`${allowance}\` to WATCHBILL_EGRESS_ALLOW.`,
  ]);
  expect(await sentences(allowance, [webhook(url)])).toEqual([]);
});

test.each(['https://hooks.example/', 'http://8.8.8.8/', 'nonsense', 'ftp://10.1.2.3/'])(
  'nothing is said of %s, which is public, has to be looked up, or is never dialled',
  async (url) => {
    expect(await sentences('', [webhook(url)])).toEqual([]);
  },
);

test('a mail server is judged at the port that it is spoken to', async () => {
  const host = { literal: '10.0.0.5' };
  const said = (port: number): readonly string[] => [
    `Nobody can be told by mail: 10.0.0.5 is a private address. To allow it, add \`10.0.0.5:${port}\` to WATCHBILL_EGRESS_ALLOW.`,
  ];
  expect(await sentences('10.0.0.5:25', [mail({ host })])).toEqual(said(587));
  expect(await sentences('', [mail({ host, security: { literal: 'none' } })])).toEqual(said(25));
  expect(await sentences('', [mail({ host, port: { literal: 2525 } })])).toEqual(said(2525));
});

test('the address in a secret is judged and not repeated', async () => {
  const settings = { url: { secret: 'OPS_URL' } };
  const secrets = { OPS_URL: 'http://10.7.7.7:4321/canary' };
  const [sentence, ...others] = await sentences('', [{ name: 'ops', kind: 'slack', settings }], secrets);
  expect(others).toEqual([]);
  expect(sentence).toBe(
    'Nobody can be told by ops: the address in the secret OPS_URL is not public. To allow it, add `host:port` to WATCHBILL_EGRESS_ALLOW.',
  );
  expect(await sentences('10.0.0.0/8', [{ name: 'ops', kind: 'slack', settings }], secrets)).toEqual([]);
  expect(await sentences('', [{ name: 'ops', kind: 'slack', settings }])).toEqual([]);
});
