import { describe, expect, it } from 'vitest';
import type { CompiledPlan, Condition } from '#plan/model.ts';
import type { CoreInput } from './model.ts';
import { isTrue, lasting, MIA, Play, plan, rule, verdict } from './testing.ts';
import type { SampleVerdict } from './vouched.ts';

const SECOND = 1_000;
const wrong: Condition = { kind: 'review-wrong', review: 'first' };
const told = { notify: [MIA] };
const asked = { text: 'mia', people: ['mia'] };
const first = { name: 'first', source: 'sales', first: 20, during: [], show: [], by: asked };
const phases = ['early', 'late'].map((name, place) => ({
  name,
  span: { kind: 'offsets', fromMs: place * 60_000, ...(place === 0 ? { toMs: 60_000 } : {}) } as const,
}));

function planOf(rules: CompiledPlan['rules'], more: Partial<CompiledPlan> = {}): CompiledPlan {
  return plan(rules, { reviews: [first], ...more });
}

function judge(verdictGiven: SampleVerdict, sample = '1', note = 'no such branch'): CoreInput {
  return {
    kind: 'judge-sample',
    review: 'first',
    sample,
    verdict: verdictGiven,
    note,
    label: 'INV',
    by: 'mia',
    via: 'web',
  };
}

describe('what a person says while verdicts are on their way', () => {
  it('tells nothing that the executors may know better by now', () => {
    const repeated = rule('repeated', isTrue('a'), { ...told, repeatMs: 60 * SECOND });
    const play = new Play(planOf([rule('judged', wrong, told), repeated]));
    play.say(1_000, { a: 'true' });
    play.pass(60_000);
    play.input(judge('wrong'), 62_500);
    play.batch([verdict('a', 'false', 60_500)], 62_600);
    expect(play.story(2)).toEqual([
      '62500 sample-judged first judged-wrong',
      '62500 alert-fired A-2 condition-true',
      '62500 notified A-2 first-notification',
      '60500 alert-resolved A-1 condition-false',
      '60500 notified A-1 alert-resolved',
    ]);
  });

  it('is judged in the phase of that instant, of which the others hear when the executors are in it', () => {
    const play = new Play(
      planOf(
        [rule('early', wrong, { ...told, when: { phases: { early: wrong } } }), rule('tested', isTrue('a'), told)],
        {
          launch: 0,
          phases,
        },
      ),
    );
    play.pass(59_500);
    play.input(judge('wrong'), 61_000);
    expect(play.world.line.phase).toBe('early');
    play.pass(61_500);
    expect(play.story()).toEqual(['61000 sample-judged first judged-wrong', '60000 phase-changed plan phase-began']);
  });

  it('and ends what a phase does not have at its first instant', () => {
    const play = new Play(
      planOf([rule('early', wrong, { ...told, when: { phases: { early: wrong } } })], { launch: 0, phases }),
    );
    play.pass(58_000);
    play.input(judge('wrong'), 59_000);
    expect(play.last?.dueAt).toBe(60_000);
    play.clock(60_000);
    expect(play.alerts.get('A-1')).toMatchObject({ resolvedAt: 60_000, resolvedBecause: 'asleep-in-phase' });
  });

  it('holds for a rule with a test from when it was said, not before', () => {
    const both = rule('both', { kind: 'and', of: [wrong, isTrue('a')] }, told);
    const play = new Play(planOf([both]));
    play.say(1_000, { a: 'true' });
    play.input(judge('wrong'), 2_500);
    play.batch([verdict('a', 'false', 2_000), verdict('a', 'true', 3_000)], 3_000);
    expect([...play.alerts.values()].map(({ openedAt }) => openedAt)).toEqual([3_000]);
    play.input(judge('settled'), 5_000);
    play.batch([verdict('b', 'true', 4_000)], 4_500);
    expect(play.alerts.get('A-1')?.state).toBe('firing');
    play.pass(5_500);
    expect(play.alerts.get('A-1')?.resolvedAt).toBe(5_000);
  });

  it('said twice, it holds from the first word', () => {
    const both = rule('both', { kind: 'and', of: [wrong, isTrue('a')] }, told);
    const play = new Play(planOf([both]));
    play.say(1_000, { a: 'true' });
    play.input(judge('wrong'), 2_500);
    play.input(judge('wrong', '1', 'the branch is gone'), 2_700);
    play.batch([verdict('a', 'false', 2_600)], 3_000);
    expect(play.alerts.get('A-1')).toMatchObject({ openedAt: 2_500, resolvedAt: 2_600 });
  });

  it('has what it kept quiet looked at when the executors have come as far', () => {
    const quiet = rule('quiet', isTrue('a'), { ...told, unless: 'judged' });
    const play = new Play(planOf([rule('judged', wrong, told), quiet]));
    play.input(judge('wrong'), 1_000);
    play.say(2_000, { a: 'true' });
    play.input(judge('settled'), 4_000);
    expect(play.notifications.filter(({ rule: name }) => name === 'quiet')).toEqual([]);
    const again = new Play(play.world);
    again.batch([verdict('a', 'false', 3_900)], 4_500);
    expect(again.notifications).toEqual([]);
    play.pass(3_999);
    expect(play.notifications.filter(({ rule: name }) => name === 'quiet')).toEqual([]);
    play.pass(4_500);
    expect(play.notifications.filter(({ rule: name }) => name === 'quiet').map((one) => one.createdAt)).toEqual([
      4_000,
    ]);
  });
});

describe('a silence whose end the executors have not come to', () => {
  it('keeps quiet what opens after it until they have, and is not told as if before', () => {
    const play = new Play(planOf([rule('judged', wrong, told)]));
    play.pass(1_000);
    const silence = { kind: 'silence', until: 2_000, reason: 'moving', by: 'mia', via: 'web', request: 'r' } as const;
    play.input(silence, 1_000);
    play.input(judge('wrong'), 3_000);
    expect(play.notifications).toEqual([]);
    play.pass(3_500);
    expect(play.notifications.map(({ createdAt }) => createdAt)).toEqual([3_000]);
    for (const { at, subject } of play.facts) if (subject === 'A-1') expect(at).toBeGreaterThanOrEqual(3_000);
  });
});

describe('while intake is silent', () => {
  it('a rule with a test beside it holds nothing back, and hears of it when intake is back', () => {
    const both = rule('both', { kind: 'and', of: [wrong, isTrue('a')] }, told);
    const play = new Play(planOf([rule('judged', wrong, told), both]));
    play.say(1_000, { a: 'true' });
    play.clock(20_000);
    play.input(judge('wrong'), 30_000);
    expect(play.told()).toEqual(['A-1 fired 0 mia app']);
    play.batch([verdict('a', 'false', 2_000)], 3_600_000);
    expect([...play.alerts.values()].map((alert) => alert.rule)).toEqual(['judged']);
  });

  it('a duration of what people say goes on, and is told to the instant', () => {
    const play = new Play(
      planOf([
        rule('waits', lasting(wrong, 600_000), told),
        rule('reader', { kind: 'rule-firing', rule: 'waits' }, told),
      ]),
    );
    play.pass(1_000);
    play.input(judge('wrong'), 2_000);
    // Intake was away itself: what it did not hear counts towards no duration of its own.
    const unheard = { from: 1_000, until: 400_000 };
    play.input({ kind: 'verdicts', planVersion: 1, watermark: 400_000, verdicts: [], unheard }, 400_000);
    play.clock(500_000);
    expect(play.last?.dueAt).toBe(602_000);
    play.clock(602_000);
    expect([...play.alerts.values()].map(({ openedAt }) => openedAt)).toEqual([602_000, 602_000]);
  });

  it('repeats go by the clock', () => {
    const play = new Play(planOf([rule('judged', wrong, { ...told, repeatMs: 60_000 })]));
    play.pass(1_000);
    play.input(judge('wrong'), 2_000);
    play.clock(20_000);
    expect(play.last?.dueAt).toBe(62_000);
    play.clock(62_000);
    // Those missed, such as while the core was down, are not made up for.
    play.clock(300_000);
    expect(play.notifications.map(({ createdAt, identity: { cycle } }) => [createdAt, cycle])).toEqual([
      [2_000, 0],
      [62_000, 1],
      [122_000, 2],
    ]);
    expect(play.last?.dueAt).toBe(302_000);
  });

  it('what is read together with a measured rule waits with it', () => {
    const reads = ['judged', 'measured'].map((name) => ({ kind: 'rule-firing', rule: name }) as const);
    const rules = [
      rule('judged', wrong),
      rule('measured', isTrue('a')),
      rule('reader', { kind: 'and', of: reads }, told),
    ];
    const play = new Play(planOf(rules));
    play.say(1_000, { a: 'true' });
    play.clock(20_000);
    play.input(judge('wrong'), 3_600_000);
    play.batch([verdict('a', 'false', 2_000)], 3_700_000);
    const alerts = [...play.alerts.values()].map((alert) => [alert.rule, alert.openedAt]);
    expect(alerts).toEqual([
      ['measured', 1_000],
      ['judged', 3_600_000],
    ]);
  });
});

describe('when the clock is set back', () => {
  it('no alert ends before it opened', () => {
    const play = new Play(planOf([rule('judged', wrong, told)]));
    play.pass(1_000);
    play.input(judge('wrong'), 100_000);
    play.input(judge('settled'), 50_000);
    expect(play.alerts.get('A-1')).toMatchObject({ openedAt: 100_000, resolvedAt: 100_000 });
  });

  it('nor by another version that has the executors judge it', () => {
    const play = new Play(planOf([rule('judged', wrong, told)]));
    play.say(1_000, { a: 'false' });
    play.input(judge('wrong'), 3_000);
    const measured = planOf([rule('judged', isTrue('a'), told)]);
    play.input({ kind: 'apply', plan: measured, version: 2, by: 'mia' }, 2_500);
    expect(play.alerts.get('A-1')).toMatchObject({ openedAt: 3_000, resolvedAt: 3_000 });
  });
});
