import { describe, expect, it } from 'vitest';
import { MINUTE_MS } from '#kernel/instant.ts';
import { isTrue, lasting, MIA, Play, plan, rule, verdict } from './testing.ts';
import { loadWorld } from './world.ts';

const MINUTE = MINUTE_MS;

describe('silent executors', () => {
  it('neither fire nor resolve anything; that is recorded once, and once when they are back', () => {
    const play = new Play(plan([rule('errors', lasting(isTrue('a'), 5 * MINUTE)), rule('other', isTrue('b'))]));
    play.say(1_000, { a: 'true', b: 'true' });
    expect(play.clock(4_000).facts).toEqual([]);
    expect(play.clock(4_001).facts.map(({ reason }) => reason)).toEqual(['executor-silent']);
    expect(play.clock(30 * MINUTE).facts).toEqual([]);
    expect([...play.alerts.values()].map(({ state }) => state)).toEqual(['firing']);
    const back = play.say(31 * MINUTE, { b: 'false' });
    expect(back.facts.map(({ reason }) => reason).slice(0, 2)).toEqual(['executor-back', 'condition-true']);
    expect(play.alerts.get('A-2')?.openedAt).toBe(5 * MINUTE + 1_000);
    expect(play.alerts.get('A-1')?.resolvedAt).toBe(31 * MINUTE);
  });

  it('have their time from when the core was there to hear them', () => {
    const errors = plan([rule('errors', isTrue('a'))]);
    const play = new Play(errors);
    play.say(10_000, { a: 'true' });
    const rows = [...play.world.judgements.values(), ...play.world.alerts.values(), play.world.line];
    const after = new Play(loadWorld(errors, 1, rows, 20 * MINUTE));
    expect(after.clock(20 * MINUTE)).toMatchObject({ facts: [], dueAt: 20 * MINUTE + 3_001 });
    expect(after.clock(20 * MINUTE + 3_000).facts).toEqual([]);
    expect(after.clock(20 * MINUTE + 3_001).facts.map(({ reason }) => reason)).toEqual(['executor-silent']);
  });

  it('are not taken for silent while what they said waits for the core', () => {
    const play = new Play(plan([rule('errors', isTrue('a'), { repeatMs: 10 * MINUTE, notify: [MIA] })]));
    play.say(1_000, { a: 'true' });
    const late = 20 * MINUTE;
    const input = { kind: 'verdicts', planVersion: 1, verdicts: [] } as const;
    expect(play.input({ ...input, watermark: 2_000 }, late)).toMatchObject({ facts: [], dueAt: late });
    const end = verdict('a', 'false', 5 * MINUTE);
    play.input({ ...input, watermark: late, verdicts: [end] }, late);
    expect(play.told()).toEqual(['A-1 fired 0 mia app', 'A-1 resolved 0 mia app']);
    expect(play.facts.filter(({ subject }) => subject === 'plan')).toEqual([]);
  });

  it('go on where they stopped after a restart of the core', () => {
    const errors = plan([rule('errors', lasting(isTrue('a'), 5 * MINUTE))]);
    const play = new Play(errors);
    play.say(1_000, { a: 'true' });
    const rows = [...play.world.judgements.values(), ...play.world.alerts.values(), play.world.line];
    const after = new Play(loadWorld(errors, 1, rows));
    after.clock(20 * MINUTE);
    after.input(
      {
        kind: 'verdicts',
        planVersion: 1,
        watermark: 20 * MINUTE,
        verdicts: [verdict('a', 'true', 1_000)],
        complete: true,
      },
      20 * MINUTE,
    );
    expect(after.alerts.get('A-1')?.openedAt).toBe(5 * MINUTE + 1_000);
  });

  it('do not let time count in which nobody listened', () => {
    const errors = rule('errors', lasting(isTrue('a'), 5 * MINUTE), { resolveAfterMs: 2 * MINUTE });
    const play = new Play(plan([errors, rule('other', isTrue('b'), { resolveAfterMs: 2 * MINUTE })]));
    play.say(MINUTE, { a: 'true', b: 'true' });
    const back = 31 * MINUTE;
    const unheard = { from: 2 * MINUTE, until: back };
    const verdicts = [verdict('b', 'false', 2 * MINUTE + 1)];
    play.input({ kind: 'verdicts', planVersion: 1, watermark: back, unheard, verdicts }, back);
    expect([...play.alerts.values()].map(({ state }) => state)).toEqual(['firing']);
    play.pass(40 * MINUTE);
    expect(play.alerts.get('A-1')?.resolvedAt).toBe(back + 2 * MINUTE);
    expect(play.alerts.get('A-2')?.openedAt).toBe(back + 4 * MINUTE);
  });

  it('lose nothing of what they saw before nobody listened', () => {
    const play = new Play(plan([rule('short', isTrue('a'), { notify: [MIA] })]));
    play.say(MINUTE, { a: 'false' });
    const back = 31 * MINUTE;
    const verdicts = [
      verdict('a', 'true', 2 * MINUTE),
      verdict('a', 'false', 3 * MINUTE),
      verdict('a', 'true', 5 * MINUTE),
      verdict('a', 'false', 6 * MINUTE),
    ];
    const unheard = { from: 4 * MINUTE, until: back };
    play.input({ kind: 'verdicts', planVersion: 1, watermark: back, unheard, verdicts, complete: true }, back);
    expect(play.told()).toEqual(['A-1 fired 0 mia app', 'A-1 resolved 0 mia app']);
    expect(play.alerts.get('A-1')?.resolvedAt).toBe(3 * MINUTE);
  });

  it('do not hold up repeats', () => {
    const play = new Play(plan([rule('errors', isTrue('a'), { repeatMs: 10 * MINUTE, notify: [MIA] })]));
    play.say(1_000, { a: 'true' });
    const { dueAt } = play.clock(4_001);
    expect(dueAt).toBe(10 * MINUTE + 4_000);
    play.clock(10 * MINUTE + 4_000);
    expect(play.told()).toEqual(['A-1 fired 0 mia app', 'A-1 repeated 1 mia app']);
  });
});

describe('time', () => {
  const DAY = 86_400_000;

  it('may be longer than any timer of JavaScript', () => {
    const play = new Play(plan([rule('errors', lasting(isTrue('a'), 30 * DAY))]));
    play.say(1_000, { a: 'true' });
    play.pass(30 * DAY + 999);
    expect(play.alerts.size).toBe(0);
    play.pass(30 * DAY + 1_000);
    expect(play.alerts.get('A-1')?.openedAt).toBe(30 * DAY + 1_000);
  });

  it('that jumps back repeats nothing, and that jumps ahead tells what is overdue once', () => {
    const play = new Play(plan([rule('errors', isTrue('a'), { repeatMs: 10 * MINUTE, notify: [MIA] })]));
    play.say(100 * MINUTE, { a: 'true' });
    play.pass(110 * MINUTE);
    expect(play.notifications.length).toBe(2);
    play.clock(50 * MINUTE);
    play.say(51 * MINUTE, {});
    expect(play.notifications.length).toBe(2);
    play.clock(170 * MINUTE + 4_000);
    expect(play.told().slice(2)).toEqual(['A-1 repeated 2 mia app']);
    play.clock(175 * MINUTE);
    expect(play.notifications.length).toBe(3);
  });

  it('of a restart changes no due instant', () => {
    const errors = plan([rule('errors', isTrue('a'), { repeatMs: 10 * MINUTE, notify: [MIA] })]);
    const play = new Play(errors);
    play.say(1_000, { a: 'true' });
    const rows = [...play.world.judgements.values(), ...play.world.alerts.values(), play.world.line];
    const after = new Play(loadWorld(errors, 1, rows));
    after.clock(10 * MINUTE + 3_999);
    expect(after.notifications.length).toBe(0);
    after.clock(10 * MINUTE + 4_000);
    expect(after.told()).toEqual(['A-1 repeated 1 mia app']);
  });
});
