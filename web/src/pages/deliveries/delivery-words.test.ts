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
])('%s has its advice', (problem, advice) => {
  expect(deliveryAdvice({ state: 'failed', problem, channel: 'ops' })).toMatch(advice);
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
