import { describe, expect, it } from 'vitest';
import { limits } from '#kernel/limits.ts';
import { sampleNotification } from '../../test/conformance/channel.ts';
import { backoffMs } from './backoff.ts';
import { type AttemptResult, settlementOf } from './settlement.ts';

const retry: AttemptResult = {
  outcome: 'retry',
  problem: 'Answered 503.',
  because: 'provider-refused',
  maySent: true,
};

describe('what is stored of an attempt', () => {
  it.each([
    [{ outcome: 'accepted', receipt: 'r' }, 'accepted', 'delivery-accepted', 'provider-accepted'],
    [{ outcome: 'delivered' }, 'delivered', 'delivery-accepted', 'provider-accepted'],
    [retry, 'retry_at', 'delivery-retried', 'provider-refused'],
    [{ ...retry, because: 'provider-unreachable' }, 'retry_at', 'delivery-retried', 'provider-unreachable'],
    [{ ...retry, because: 'egress-refused' }, 'retry_at', 'delivery-retried', 'egress-refused'],
    [{ outcome: 'refused', problem: 'no' }, 'failed', 'delivery-failed', 'provider-refused'],
    [{ outcome: 'waiting', reason: 'secret-missing', problem: 'no' }, 'retry_at', 'delivery-retried', 'secret-missing'],
    [
      { outcome: 'impossible', reason: 'channel-removed', problem: 'no' },
      'failed',
      'delivery-failed',
      'channel-removed',
    ],
  ] as const)('of %o is %s', (result, state, kind, reason) => {
    const { outcome, fact } = settlementOf(sampleNotification(), result, 1_000, 0);
    expect(outcome.state).toBe(state);
    expect(fact).toMatchObject({ kind, reason, subject: 'A-1' });
  });

  it('gives up after the last attempt, with that reason', () => {
    const last = sampleNotification({ attempt: limits.deliveryAttempts });
    expect(settlementOf(last, retry, 0, 0)).toMatchObject({
      outcome: { state: 'failed' },
      fact: { kind: 'delivery-failed', reason: 'attempts-exhausted' },
    });
    const before = sampleNotification({ attempt: limits.deliveryAttempts - 1 });
    expect(settlementOf(before, retry, 0, 0).outcome.state).toBe('retry_at');
  });

  it('waits as long as the provider asks, and never less than its own backoff', () => {
    const asked = settlementOf(sampleNotification(), { ...retry, afterMs: 20_000 }, 1_000, 0);
    expect(asked.outcome).toMatchObject({ retryAt: 21_000 });
    const short = settlementOf(sampleNotification({ attempt: 5 }), { ...retry, afterMs: 10 }, 1_000, 0);
    expect(short.outcome).toMatchObject({ retryAt: 1_000 + backoffMs(5, 1_000, 45_000, 0) });
  });

  it('marks what may have been sent before', () => {
    const fact = (mayRepeat: boolean) => settlementOf(sampleNotification({ mayRepeat }), retry, 0, 0).fact.body;
    expect(fact(true)).toHaveProperty('mayRepeat', true);
    expect(fact(false)).not.toHaveProperty('mayRepeat');
  });
});

it('backs off by doubling between a half and the whole, up to its limit', () => {
  expect([1, 2, 3, 4].map((attempt) => backoffMs(attempt, 1_000, 45_000, 0))).toEqual([500, 1_000, 2_000, 4_000]);
  expect(backoffMs(1, 1_000, 45_000, 0.999)).toBeLessThanOrEqual(1_000);
  expect(backoffMs(200, 1_000, 45_000, 1)).toBe(45_000);
});
