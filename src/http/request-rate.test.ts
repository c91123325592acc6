import { expect, test } from 'vitest';
import { limits } from '#kernel/limits.ts';
import { callerOf, createRequestRate, weightOf } from './request-rate.ts';

function rateAt(at: { ms: number }) {
  return createRequestRate({ now: () => 0, monotonicMs: () => at.ms, schedule: () => () => {}, after: () => () => {} });
}

test('a caller has so many at once, then so many a second; others are not touched', () => {
  const at = { ms: 0 };
  const rate = rateAt(at);
  for (let n = 0; n < limits.apiRequestsBurst; n += 1) expect(rate.take('a')).toBe(0);
  expect(rate.take('a')).toBe(1_000 / limits.apiRequestsPerSecond);
  expect(rate.take('b')).toBe(0);
  at.ms += 1_000;
  for (let n = 0; n < limits.apiRequestsPerSecond; n += 1) expect(rate.take('a')).toBe(0);
  expect(rate.take('a')).toBeGreaterThan(0);
});

test('a long body is as much as many requests', () => {
  const at = { ms: 0 };
  const rate = rateAt(at);
  const weight = weightOf(String(limits.commandBodyBytes), undefined);
  expect(weight).toBeGreaterThan(100);
  // Sent in parts, nobody knows how long it will be.
  expect(weightOf(undefined, 'chunked')).toBe(weight);
  expect(weightOf(undefined, undefined)).toBe(1);
  expect(weightOf('200', undefined)).toBe(1);
  expect(weightOf('many', undefined)).toBe(weight);
  let taken = 0;
  while (rate.take('a', weight) === 0) taken += 1;
  expect(taken).toBe(Math.floor(limits.apiRequestsBurst / weight));
  expect(taken).toBeGreaterThan(0);
  at.ms += rate.take('a', weight);
  expect(rate.take('a', weight)).toBe(0);
});

test('very many callers do not fill the memory, and none gains by it', () => {
  const at = { ms: 0 };
  const rate = rateAt(at);
  for (let n = 0; n < limits.apiRequestsBurst; n += 1) rate.take('busy');
  for (let n = 0; n < 10_500; n += 1) rate.take(`caller ${n}`);
  expect(rate.take('busy')).toBeGreaterThan(0);
});

test('a share belongs to the credential, and without one to the network', () => {
  const token = { kind: 'token', name: 'ci', credentialId: 't', planLevels: {} } as const;
  expect(callerOf(token, '192.0.2.1')).toBe(callerOf(token, '192.0.2.2'));
  expect(callerOf(undefined, '192.0.2.1')).not.toBe(callerOf(undefined, '192.0.2.2'));
  expect(callerOf(undefined, '2001:db8::1')).toBe(callerOf(undefined, '2001:db8::ffff:1'));
  expect(callerOf(undefined, '2001:db8::1')).not.toBe(callerOf(undefined, '2001:db8:0:1::1'));
});
