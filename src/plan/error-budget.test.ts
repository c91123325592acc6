import { describe, expect, test } from 'vitest';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '#kernel/instant.ts';
import { compilePlan } from './compile.ts';
import { budgetOf, budgetTermsOf, budgetText, errorBudget } from './error-budget.ts';

describe('what a target leaves room for', () => {
  test('99.9% of 30 days is 43 minutes and 12 seconds', () => {
    const full = errorBudget(0.999, { windowMs: 30 * DAY_MS, knownMs: 30 * DAY_MS, value: 1 });
    expect(full).toEqual({ target: 0.999, allowedMs: 2_592_000, usedMs: 0, leftMs: 2_592_000, burn: 0 });
    const half = errorBudget(0.999, { windowMs: 30 * DAY_MS, knownMs: 30 * DAY_MS, value: 0.9995 });
    expect(half).toMatchObject({ usedMs: 1_296_000, leftMs: 1_296_000 });
    expect(half.burn).toBeCloseTo(0.5);
  });

  test('what is not known uses up nothing and takes nothing away', () => {
    const young = errorBudget(0.99, { windowMs: 10 * DAY_MS, knownMs: HOUR_MS, value: 0.5 });
    expect(young).toMatchObject({ allowedMs: 0.1 * DAY_MS, usedMs: HOUR_MS / 2 });
    expect(young.burn).toBeCloseTo(50);
  });

  test('more may be gone than there is', () => {
    expect(errorBudget(0.9, { windowMs: HOUR_MS, knownMs: HOUR_MS, value: 0 }).leftMs).toBe(-54 * MINUTE_MS);
  });
});

test('the parts that are written add up, each to whole seconds', () => {
  const text = (allowedMs: number, usedMs: number) =>
    budgetText({ target: 0.99, allowedMs, usedMs, leftMs: allowedMs - usedMs, burn: 1 }).replace(
      ' that a target of 99% allows',
      '',
    );
  expect(text(1_500, 5_400)).toBe('5s of the 2s used, 3s more than there is, 1 times as fast as allowed');
  expect(text(9_600, 400)).toBe('0s of the 10s used, 10s left, 1 times as fast as allowed');
  expect(text(60_400, 60_499)).toBe('1m of the 1m used, 0s left, 1 times as fast as allowed');
});

describe('which signals have one', () => {
  const { plan } = compilePlan([
    {
      path: 'plan.yaml',
      text: `plan: shop
launch: 2026-01-20T09:00:00Z
phases: { early: T+0 .. T+24h, late: from T+24h }
probes:
  api: { check: GET https://shop.example/, every: 1m }
signals:
  uptime: availability(api) over 30d
  launched: availability(api) since launch
  daily: availability(api) today
  phased: availability(api) this phase
  perfect: availability(api) over 1d
  orders: count(requests) over 5m
objectives:
  uptime: { early: target >= 99%, otherwise: target >= 99.9% }
  launched: target > 99%
  phased: { early: target >= 99%, late: target >= 99.5% }
  daily: warning < 99%
  perfect: target >= 100%
  orders: target >= 3
`,
    },
  ]);
  if (plan === undefined) throw new Error('the plan of the test is wrong');

  test('those with a target below 100% in force', () => {
    expect(budgetTermsOf(plan, 'uptime', 'early')).toMatchObject({ target: 0.99 });
    expect(budgetTermsOf(plan, 'uptime', undefined)).toEqual({
      target: 0.999,
      window: { kind: 'sliding', ms: 30 * DAY_MS },
    });
    for (const name of ['daily', 'perfect', 'orders', 'nothing']) {
      expect(budgetTermsOf(plan, name, undefined)).toBeUndefined();
    }
  });

  test('since launch the window grows, and without a value there is none', () => {
    const terms = budgetTermsOf(plan, 'launched', undefined);
    if (terms === undefined || plan.launch === undefined) throw new Error('there are no terms');
    const at = plan.launch + 10 * HOUR_MS;
    const reading = { state: 'value', value: 0.5, sampleSize: 60, knownMs: HOUR_MS, at } as const;
    expect(budgetOf(terms, reading, plan, plan.launch)).toMatchObject({
      allowedMs: 6 * MINUTE_MS,
      usedMs: 30 * MINUTE_MS,
    });
    // Two minutes and a half of known time, of which half a minute was missed, count as they are.
    const young = { ...reading, value: 0.8, sampleSize: 2, knownMs: 150_000 };
    expect(budgetOf(terms, young, plan, plan.launch)).toMatchObject({ usedMs: 30_000 });
    expect(budgetOf(terms, { ...reading, at: plan.launch }, plan, plan.launch)).toBeUndefined();
    const none = { state: 'no data', reason: 'not-measured', sampleSize: 0, at } as const;
    expect(budgetOf(terms, none, plan, plan.launch)).toBeUndefined();
  });

  test('of a phase it is of all the phase, and of one without an end so far', () => {
    if (plan.launch === undefined) throw new Error('the plan of the test is wrong');
    const budgetAt = (at: number, phase: string) => {
      const terms = budgetTermsOf(plan, 'phased', phase);
      if (terms === undefined) throw new Error('there are no terms');
      return budgetOf(terms, { state: 'value', value: 0.9, sampleSize: 60, knownMs: HOUR_MS, at }, plan, plan.launch);
    };
    expect(budgetAt(plan.launch + HOUR_MS, 'early')).toMatchObject({
      allowedMs: 0.01 * DAY_MS,
      usedMs: 6 * MINUTE_MS,
    });
    expect(budgetAt(plan.launch + DAY_MS + 10 * HOUR_MS, 'late')).toMatchObject({
      allowedMs: 3 * MINUTE_MS,
      leftMs: -3 * MINUTE_MS,
    });
  });
});
