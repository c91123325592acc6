import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { limits } from '#kernel/limits.ts';
import type { TrafficLimits } from '#plan/traffic.ts';
import { T0, VirtualClock } from '../test-support.ts';
import { Admission } from './admission.ts';
import { Floods } from './floods.ts';
import { RateLimits } from './rate-limits.ts';
import { TokenBucket } from './token-bucket.ts';
import { Turns } from './turns.ts';

const grant = { plan: 'shop', keyId: 'key-1' };

test('a bucket lets no more through than its burst and its rate, but for the last that is let in', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 1_000 }),
      fc.array(fc.record({ pauseMs: fc.integer({ min: 0, max: 3_000 }), amount: fc.integer({ min: 1, max: 500 }) })),
      (perSecond, steps) => {
        const burst = perSecond * 2;
        const bucket = new TokenBucket(perSecond, burst, 0);
        let atMs = 0;
        let taken = 0;
        let last = 0;
        for (const { pauseMs, amount } of steps) {
          atMs += pauseMs;
          if (bucket.waitSeconds(atMs) > 0) continue;
          bucket.take(amount, atMs, 10_000);
          taken += amount;
          last = amount;
          expect(taken - last).toBeLessThanOrEqual(burst + (perSecond * atMs) / 1_000 + 1e-6);
        }
      },
    ),
  );
});

test('whoever waits as long as was said is let in', () => {
  const bucket = new TokenBucket(10, 20, 0);
  bucket.take(75, 0, 60);
  const seconds = bucket.waitSeconds(0);
  expect(seconds).toBe(5.5);
  expect(bucket.waitSeconds(5_400)).toBeGreaterThan(0);
  expect(bucket.waitSeconds(seconds * 1_000 + 1)).toBe(0);
});

describe('rates', () => {
  function rates(said?: TrafficLimits): { readonly clock: VirtualClock; readonly rates: RateLimits } {
    const clock = new VirtualClock(T0);
    return { clock, rates: new RateLimits({ monotonicMs: () => clock.monotonicMs(), limitsOf: () => said }) };
  }

  test('are those of the plan, name the limit and whose it is, and say when to come again', async () => {
    const { clock, rates: tested } = rates({ plan: { events: 100 }, eachKey: { events: 50 } });
    expect(tested.takeRecords(grant, 'events', 300)).toBeUndefined();
    expect(tested.takeRecords(grant, 'events', 1)).toEqual({
      code: 'too-many-events',
      message: 'The key key-1 may send 50 events a second.',
      retryAfterSeconds: 1,
    });
    const other = { ...grant, keyId: 'key-2' };
    expect(tested.takeRecords(other, 'events', 250)).toBeUndefined();
    const third = { ...grant, keyId: 'key-3' };
    expect(tested.admit(third, 'events', 10)).toEqual({
      code: 'too-many-events',
      message: 'The plan shop may send 100 events a second.',
      retryAfterSeconds: 1,
    });
    await clock.advance(1_000);
    expect(tested.admit(third, 'events', 10)).toBeUndefined();
  });

  test('leave other classes and other plans alone', () => {
    const { rates: tested } = rates({ plan: { logs: 1 }, eachKey: {} });
    expect(tested.takeRecords(grant, 'logs', 1_000)).toBeUndefined();
    expect(tested.takeRecords(grant, 'logs', 1)?.code).toBe('too-many-logs');
    expect(tested.takeRecords(grant, 'events', 1)).toBeUndefined();
    expect(tested.takeRecords({ plan: 'other', keyId: 'key-9' }, 'logs', 1)).toBeUndefined();
  });

  test('are told apart by plan where two plans call a sender the same, as they may their scrapes', () => {
    const { rates: tested } = rates({ plan: { samples: 100 }, eachKey: { samples: 50 } });
    const scrape = { keyId: 'scrape:api', plan: 'shop' };
    expect(tested.takeRecords(scrape, 'samples', 1_000)).toBeUndefined();
    expect(tested.takeRecords(scrape, 'samples', 1)).toMatchObject({ code: 'too-many-samples' });
    expect(tested.takeRecords({ ...scrape, plan: 'other' }, 'samples', 1)).toBeUndefined();
  });

  test('hold for bytes, and nobody is told to wait for more than a minute', () => {
    const { rates: tested } = rates();
    tested.chargeBytes(grant, 'alerts', Number.MAX_SAFE_INTEGER);
    const refused = tested.admit(grant, 'alerts', 1);
    expect(refused).toMatchObject({ code: 'too-many-alerts', retryAfterSeconds: limits.rateDebtSeconds });
    expect(refused?.message).toContain('bytes of alerts');
  });
});

describe('admission', () => {
  const sizes = { requests: 100, requestsPerKey: 20, bytes: 10_000 };

  test('leaves each class, plan and key its part', () => {
    const admission = new Admission(sizes);
    const tickets = [];
    let refused: unknown;
    for (let key = 0; refused === undefined; key += 1) {
      const ticket = admission.admit({ plan: 'noisy', keyId: `key-${key}` }, 'logs');
      if ('code' in ticket) refused = ticket;
      else tickets.push(ticket);
    }
    expect(refused).toMatchObject({ code: 'too-many-requests', retryAfterSeconds: 1 });
    expect(tickets).toHaveLength(Math.floor(25 * limits.trafficPlanShare));
    for (const traffic of ['alerts', 'events', 'samples', 'logs'] as const) {
      expect(admission.admit({ plan: 'quiet', keyId: 'key-q' }, traffic)).not.toHaveProperty('code');
    }
    for (const ticket of tickets) ticket.end();
    expect(admission.underWay).toBe(4);
  });

  test('keeps half of a class for those whose sender is known by the head', () => {
    const admission = new Admission(sizes);
    const strangers = Array.from({ length: 10 }, (_, plan) =>
      admission.admit({ plan: `plan-${plan}`, keyId: `webhook-${plan}` }, 'alerts', true),
    );
    const taken = strangers.flatMap((one) => ('code' in one ? [] : [one]));
    expect(taken).toHaveLength(100 * limits.trafficShares.alerts * limits.trafficUnprovenShare);
    expect(strangers.at(-1)).toMatchObject({ code: 'overloaded' });
    const [first, second] = taken;
    expect(first?.take(499)).toBe(true);
    expect(second?.take(2)).toBe(false);
    for (const ticket of taken) ticket.end();
    const again = admission.admit({ plan: 'shop', keyId: 'webhook' }, 'alerts', true);
    expect(again).not.toHaveProperty('code');
    if (!('code' in again)) expect(again.take(500)).toBe(true);
    const known = admission.admit({ plan: 'other', keyId: 'key' }, 'alerts');
    if (!('code' in known)) expect(known.take(500)).toBe(true);
  });

  test('gives bytes of one plan back, and keeps some for others', () => {
    const admission = new Admission(sizes);
    const first = admission.admit(grant, 'events');
    const second = admission.admit({ ...grant, keyId: 'key-2' }, 'events');
    const other = admission.admit({ plan: 'other', keyId: 'key-3' }, 'events');
    if ('code' in first || 'code' in second || 'code' in other) throw new Error('All of them have room.');
    expect(first.take(2_000)).toBe(true);
    expect(second.take(1_000)).toBe(false);
    second.end();
    expect(other.take(1_000)).toBe(true);
    first.end();
    expect(other.take(2_400)).toBe(true);
    expect(other.take(1_000)).toBe(false);
  });
});

describe('turns', () => {
  test('are taken by plan and class, alerts first', async () => {
    const clock = new VirtualClock(T0);
    const turns = new Turns(clock);
    const done: string[] = [];
    const take = (plan: string, traffic: 'alerts' | 'events' | 'logs') =>
      turns.take(plan, traffic, async () => {
        done.push(`${plan} ${traffic}`);
      });
    void take('noisy', 'logs');
    for (let count = 0; count < 3; count += 1) void take('noisy', 'logs');
    void take('quiet', 'events');
    void take('noisy', 'events');
    void take('quiet', 'alerts');
    await clock.advance(10);
    expect(done).toEqual([
      'noisy logs',
      'quiet alerts',
      'noisy logs',
      'quiet events',
      'noisy events',
      'noisy logs',
      'noisy logs',
    ]);
  });

  test('that do not come in time are refused, and failures reach who asked', async () => {
    let nowMs = 0;
    let next = (): void => {};
    const turns = new Turns({
      now: () => T0,
      monotonicMs: () => nowMs,
      schedule: () => () => {},
      after: (_delayMs, run) => {
        next = run;
        return () => {};
      },
    });
    void turns.take('noisy', 'logs', async () => {});
    const late = turns.take('quiet', 'logs', async () => 'done');
    nowMs = limits.intakeWaitMs + 1;
    const failing = turns.take('other', 'logs', async () => {
      throw new Error('broken');
    });
    failing.catch(() => {});
    next();
    expect(await late).toBeUndefined();
    await expect(failing).rejects.toThrow('broken');
  });
});

test('a flood is known by plan and reason until it is over', () => {
  const floods = new Floods();
  for (let turn = 0; turn < 25; turn += 1) floods.note('shop', 'too-many-events', 'because', T0 + turn * 100);
  expect(floods.now(T0 + 2_500)).toEqual([
    { plan: 'shop', code: 'too-many-events', since: T0, refused: 25, perSecond: 10, example: 'because' },
  ]);
  expect(floods.now(T0 + 2_400 + limits.floodOverMs + 1)).toEqual([]);
});
