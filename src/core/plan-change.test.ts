import { describe, expect, it } from 'vitest';
import { MINUTE_MS } from '#kernel/instant.ts';
import { compilePlan } from '#plan/compile.ts';
import type { CompiledPlan } from '#plan/model.ts';
import { previewApply, previewSummary } from './plan-change.ts';
import { isTrue, lasting, MIA, Play, plan, rule } from './testing.ts';

const MINUTE = MINUTE_MS;

function apply(play: Play, next: CompiledPlan, now: number): void {
  play.input({ kind: 'apply', plan: next, version: 2, by: 'mia' }, now);
}

describe('a new plan version', () => {
  const waiting = lasting(isTrue('a'), 5 * MINUTE);

  it('keeps alerts, due instants and recipients of rules with the same condition', () => {
    const play = new Play(plan([rule('errors', isTrue('b'), { notify: [MIA] }), rule('slow', waiting)]));
    play.say(1_000, { a: 'true', b: 'true' });
    const next = plan([
      rule('errors', isTrue('b'), { notify: [] }),
      rule('slow', waiting, { severity: { otherwise: 'soon' } }),
    ]);
    expect(previewApply(play.world, next, 2_000)).toMatchObject({
      alertsStay: [{ alert: 'A-1', rule: 'errors', group: '[]' }],
      alertsResolve: [],
      rulesChanged: ['errors', 'slow'],
    });
    apply(play, next, 2_000);
    play.pass(6 * MINUTE);
    expect(play.alerts.get('A-2')).toMatchObject({ openedAt: 5 * MINUTE + 1_000, severity: 'soon', planVersion: 2 });
    play.say(7 * MINUTE, { b: 'false' });
    expect(play.told().at(-1)).toBe('A-1 resolved 0 mia app');
    expect(play.alerts.get('A-1')?.planVersion).toBe(1);
  });

  it('completes no duration of a rule that stays as it was before it is told how that went on', () => {
    const steady = rule('slow', waiting);
    const play = new Play(plan([steady]));
    play.say(1_000, { a: 'true' });
    play.pass(5 * MINUTE);
    apply(play, plan([steady, rule('more', isTrue('b'))]), 5 * MINUTE + 1_500);
    play.say(5 * MINUTE + 500, { a: 'false' });
    play.pass(6 * MINUTE);
    expect(play.alerts.size).toBe(0);
  });

  it('ends the repeats of a rule that is not repeated any more', () => {
    const play = new Play(plan([rule('errors', isTrue('a'), { notify: [MIA], repeatMs: MINUTE })]));
    play.say(1_000, { a: 'true' });
    apply(play, plan([rule('errors', isTrue('a'), { notify: [MIA], repeatMs: 0 })]), 2_000);
    play.pass(10 * MINUTE);
    expect(play.told()).toEqual(['A-1 fired 0 mia app']);
    expect(play.alerts.get('A-1')?.dueAt).toBeUndefined();
  });

  it('resolves what is removed, renamed or disabled, and tells it', () => {
    const play = new Play(
      plan([rule('gone', isTrue('a'), { notify: [MIA] }), rule('off', isTrue('a')), rule('wait', waiting)]),
    );
    play.say(1_000, { a: 'true' });
    const next = plan([rule('off', isTrue('a'), { enabled: false })]);
    expect(previewSummary(previewApply(play.world, next, 2_000))).toBe(
      '2 alerts resolve, 1 pending rule is cancelled, 2 rules go, 1 rule changes',
    );
    apply(play, next, 2_000);
    expect(play.story().filter((line) => line.startsWith('2000') && !line.includes('notified'))).toEqual([
      '2000 plan-applied plan applied',
      '2000 alert-resolved A-1 rule-removed',
      '2000 alert-resolved A-2 rule-disabled',
      '2000 alert-cancelled wait rule-removed',
    ]);
    expect(play.told()).toContain('A-1 resolved 0 mia app');
    expect(play.world.judgements.size).toBe(0);
  });

  it('judges a changed condition anew: an open alert stays until it is false under the new one', () => {
    const play = new Play(plan([rule('errors', isTrue('a')), rule('slow', waiting)]));
    play.say(1_000, { a: 'true', b: 'unknown' });
    play.pass(MINUTE);
    const longer = lasting(isTrue('a'), 7 * MINUTE);
    apply(play, plan([rule('errors', isTrue('b')), rule('slow', longer)]), MINUTE);
    expect(play.alerts.get('A-1')?.state).toBe('firing');
    play.say(2 * MINUTE, { b: 'false' });
    expect(play.alerts.get('A-1')).toMatchObject({ state: 'resolved', resolvedAt: 2 * MINUTE });
    play.pass(10 * MINUTE);
    expect(play.alerts.get('A-2')?.openedAt).toBe(8 * MINUTE);
  });

  it('names reviews, comparisons and objectives that say something else', () => {
    const planOf = (first: number, fields: string, objectives: string) =>
      compilePlan([
        {
          path: 'plan.yaml',
          text: `plan: shop
people: { mia: {} }
sources: { orders: events "order" }
signals:
  rate: rate(orders) over 1m
  total: sum(orders.total) over 5m
objectives: { ${objectives} }
reviews: { first-orders: { of: orders, first: ${first}, by: mia } }
comparisons: { till: { of: orders, key: number, fields: [${fields}], by: mia } }
`,
        },
      ]).plan as CompiledPlan;
    const play = new Play(planOf(5, 'total', 'rate: target > 2/min'));
    const otherwise = previewApply(
      play.world,
      planOf(8, 'total, branch', 'rate: target > 3/min, total: target > 9'),
      1_000,
    );
    expect(otherwise).toMatchObject({
      reviewsChanged: ['first-orders'],
      comparisonsChanged: ['till'],
      objectivesChanged: ['rate', 'total'],
    });
    expect(previewSummary(otherwise)).toBe('1 review changes, 1 comparison changes, 2 objectives change');
    const same = previewApply(play.world, planOf(5, 'total', 'rate: target > 2/min'), 1_000);
    expect(previewSummary(same)).toBe('nothing changes for what runs');
  });

  it('resolves the alerts of a rule that is grouped otherwise', () => {
    const play = new Play(plan([rule('slow', isTrue('A'), { by: ['route'] })]));
    play.say(1_000, { 'A/x': 'true' });
    apply(play, plan([rule('slow', isTrue('a'))]), 2_000);
    expect(play.alerts.get('A-1')).toMatchObject({ state: 'resolved', resolvedBecause: 'rule-removed' });
  });

  it('takes what an executor of the old version says of a test that both have', () => {
    const play = new Play(plan([rule('errors', isTrue('a'))]));
    apply(play, plan([rule('errors', isTrue('a'))]), 1_000);
    play.input(
      {
        kind: 'verdicts',
        planVersion: 1,
        watermark: 2_000,
        verdicts: [
          {
            test: 'a',
            group: '[]',
            truth: 'true',
            at: 2_000,
            reading: { state: 'value', value: 1, sampleSize: 1, at: 2_000 },
            against: [0],
          },
        ],
      },
      2_000,
    );
    expect(play.alerts.get('A-1')?.planVersion).toBe(2);
  });
});
