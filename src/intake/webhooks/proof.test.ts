import { createHmac } from 'node:crypto';
import { Webhook as StandardWebhook } from 'standardwebhooks';
import Stripe from 'stripe';
import { describe, expect, test } from 'vitest';
import type { Webhook } from '#plan/webhook.ts';
import { type ProofOutcome, prove } from './proof.ts';

const NOW = 1_790_000_000_000;
const SECONDS = NOW / 1_000;
const BODY = '{"id":"evt_1","type":"charge.failed"}';

function proofOf(hook: Webhook, secret: string, headers: Record<string, string>, body = BODY, now = NOW): ProofOutcome {
  return prove(hook, { secret, headers, body: new TextEncoder().encode(body), now });
}

describe('Stripe', () => {
  const hook: Webhook = { kind: 'stripe', name: 'stripe', secret: 'S' };
  const secret = 'whsec_test_secret';
  const header = (timestamp: number, payload = BODY, key = secret): string =>
    new Stripe('sk_test_x').webhooks.generateTestHeaderString({ payload, secret: key, timestamp });

  test('takes what the stock library signs, within five minutes', () => {
    for (const seconds of [SECONDS, SECONDS - 300, SECONDS + 300]) {
      expect(proofOf(hook, secret, { 'stripe-signature': header(seconds) }).ok).toBe(true);
    }
    for (const seconds of [SECONDS - 301, SECONDS + 301]) {
      expect(proofOf(hook, secret, { 'stripe-signature': header(seconds) }).ok).toBe(false);
    }
  });

  test('takes one good signature of several, as while a secret is replaced', () => {
    const [time, good] = header(SECONDS).split(',');
    const [, other] = header(SECONDS, BODY, 'whsec_old').split(',');
    expect(proofOf(hook, secret, { 'stripe-signature': `${time},${other},${good},v0=00` }).ok).toBe(true);
    expect(proofOf(hook, secret, { 'stripe-signature': `${time},${other}` }).ok).toBe(false);
  });

  test.each([
    ['another body', header(SECONDS, `${BODY} `)],
    ['another secret', header(SECONDS, BODY, 'whsec_other')],
    ['another time than the one that was signed', header(SECONDS).replace(`t=${SECONDS}`, `t=${SECONDS - 1}`)],
    ['no time', header(SECONDS).replace(/^t=\d+,/, '')],
    ['an older version of the scheme alone', header(SECONDS).replace('v1=', 'v0=')],
    ['no hexadecimal digits', `t=${SECONDS},v1=zz`],
    ['nothing', ''],
  ])('refuses %s', (_, given) => {
    expect(proofOf(hook, secret, { 'stripe-signature': given }).ok).toBe(false);
  });
});

test('GitHub: the example of its documentation', () => {
  const hook: Webhook = { kind: 'github', name: 'code', secret: 'S' };
  const signature = 'sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17';
  const secret = "It's a Secret to Everybody";
  expect(proofOf(hook, secret, { 'x-hub-signature-256': signature }, 'Hello, World!').ok).toBe(true);
  expect(proofOf(hook, secret, { 'x-hub-signature-256': signature }, 'Hello, World?').ok).toBe(false);
  expect(proofOf(hook, secret, { 'x-hub-signature': signature }, 'Hello, World!').ok).toBe(false);
});

test('Vercel: HMAC-SHA1 in hexadecimal digits, by the example of RFC 2202', () => {
  const hook: Webhook = { kind: 'vercel', name: 'vercel', secret: 'S' };
  const headers = { 'x-vercel-signature': 'effcdf6ae5eb2fa2d27416d5f184df9c259a7c79' };
  expect(proofOf(hook, 'Jefe', headers, 'what do ya want for nothing?').ok).toBe(true);
  expect(proofOf(hook, 'jefe', headers, 'what do ya want for nothing?').ok).toBe(false);
});

describe('any JSON', () => {
  const json = (proof: Extract<Webhook, { kind: 'json' }>['proof']): Webhook => ({
    kind: 'json',
    name: 'crm',
    secret: 'S',
    event: 'order',
    proof,
  });

  test.each(['sha1', 'sha256', 'sha512'] as const)(
    'hmac-%s in hexadecimal digits and base64, also behind its name',
    (hash) => {
      const hook = json({ kind: 'hmac', hash, header: 'x-signature' });
      const mac = createHmac(hash, 'shh').update(BODY);
      const digest = mac.digest();
      for (const text of [digest.toString('hex'), digest.toString('hex').toUpperCase(), digest.toString('base64')]) {
        expect(proofOf(hook, 'shh', { 'x-signature': text }).ok).toBe(true);
        expect(proofOf(hook, 'shh', { 'x-signature': `${hash}=${text}` }).ok).toBe(true);
        expect(proofOf(hook, 'else', { 'x-signature': text }).ok).toBe(false);
        expect(proofOf(hook, 'shh', { 'x-signature': text.slice(0, -4) }).ok).toBe(false);
      }
    },
  );

  test('Standard Webhooks, by its own library', () => {
    const hook = json({ kind: 'standard-webhooks' });
    const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
    const sign = (seconds: number): Record<string, string> => ({
      'webhook-id': 'msg_1',
      'webhook-timestamp': String(seconds),
      'webhook-signature': `v1,AAAA ${new StandardWebhook(secret).sign('msg_1', new Date(seconds * 1_000), BODY)}`,
    });
    expect(proofOf(hook, secret, sign(SECONDS)).ok).toBe(true);
    expect(proofOf(hook, secret, sign(SECONDS - 301)).ok).toBe(false);
    expect(proofOf(hook, secret, { ...sign(SECONDS), 'webhook-id': 'msg_2' }).ok).toBe(false);
    expect(proofOf(hook, 'whsec_!', sign(SECONDS))).toMatchObject({
      ok: false,
      failure: expect.stringMatching('base64'),
    });
  });

  test('a token, for senders that cannot sign', () => {
    const hook = json({ kind: 'token' });
    expect(proofOf(hook, 'a-long-token', { authorization: 'Bearer a-long-token' }).ok).toBe(true);
    expect(proofOf(hook, 'a-long-token', { authorization: 'Bearer a-long-toke' }).ok).toBe(false);
    expect(proofOf(hook, 'a-long-token', {}).ok).toBe(false);
    const basic = (pair: string) => ({ authorization: `Basic ${Buffer.from(pair).toString('base64')}` });
    expect(proofOf(hook, 'a-long-token', basic('anybody:a-long-token')).ok).toBe(true);
    expect(proofOf(hook, 'a-long-token', basic('a-long-token:')).ok).toBe(false);
    expect(proofOf(hook, 'a-long-token', basic('anybody:a-long-tokem')).ok).toBe(false);
  });
});
