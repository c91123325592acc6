import { expect, test } from 'vitest';
import { deliveryAdvice, stepWords, wayWords } from './delivery-words.ts';

test('what arrived needs no advice', () => {
  expect(deliveryAdvice({ state: 'accepted', channel: 'mail' })).toBeUndefined();
  expect(deliveryAdvice({ state: 'pending', channel: 'mail' })).toBeUndefined();
});

test.each([
  ["The secret 'SLACK_URL' that channel 'ops' needs is not set.", /Set the secret/],
  ['Answered 401.', /credentials of ops/],
  ['Answered 404.', /does not exist/],
  ["The plan in force has no channel 'ops'.", /put it back/],
  ['No answer within 10 s.', /Check the settings of ops/],
  ['The name hooks.example has no address.', /Check the name of the host/],
])('%s has its advice', (problem, advice) => {
  expect(deliveryAdvice({ state: 'failed', problem, channel: 'ops' })).toMatch(advice);
});

test.each([
  [
    '10.1.2.3 was not dialled: 10.1.2.3 is a private address. To allow it, add `10.1.2.3:403` to WATCHBILL_EGRESS_ALLOW.',
    /Add `10\.1\.2\.3:403` to WATCHBILL_EGRESS_ALLOW .*start it again/,
  ],
  ['The URL holds a user name or password; give credentials as a secret of the channel.', /Correct the address of ops/],
  ["Only http and https are dialled, not 'ftp:'.", /Correct the address of ops/],
  ['The address is no URL.', /Correct the address of ops/],
])('%s is for us to mend, and the message waits', (problem, advice) => {
  const words = deliveryAdvice({ state: 'retry_at', problem, channel: 'ops' });
  expect(words).toMatch(advice);
  expect(words).not.toMatch(/--egress-allow|not sent again/);
});

test('a message that is tried again by itself says so', () => {
  expect(deliveryAdvice({ state: 'retry_at', problem: 'No answer within 10 s.', channel: 'ops' })).toMatch(/by itself/);
});

test('to whom and what', () => {
  expect(wayWords({ recipient: 'webhook:shop', channel: 'shop' })).toBe('webhook:shop');
  expect(wayWords({ recipient: 'mia', channel: 'app' })).toBe('mia, inbox');
  expect(wayWords({ recipient: 'mia', channel: 'mail' })).toBe('mia by mail');
  expect(stepWords({ step: 'repeated', cycle: 2 })).toBe('that it still fires (2)');
});
