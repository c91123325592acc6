import { describe, expect, it } from 'vitest';
import { HOUR_MS, MINUTE_MS } from '#kernel/instant.ts';
import { limits } from '#kernel/limits.ts';
import type { CoreInput, Step } from './model.ts';
import { isTrue, lasting, MIA, Play, plan, rule } from './testing.ts';
import { loadWorld } from './world.ts';

const MINUTE = MINUTE_MS;
const REPEAT = 10 * MINUTE;
const errors = rule('errors', isTrue('a'), { notify: [MIA], repeatMs: REPEAT });
const shop = plan([errors, rule('slow', isTrue('b'), { notify: [MIA], repeatMs: REPEAT })]);

function acknowledge(play: Play, now: number, more: Partial<Extract<CoreInput, { kind: 'acknowledge' }>> = {}): Step {
  return play.input({ kind: 'acknowledge', alert: 'A-1', by: 'mia', via: 'web', ...more }, now);
}

let requests = 0;
function silence(play: Play, now: number, more: Partial<Extract<CoreInput, { kind: 'silence' }>> = {}): Step {
  requests += 1;
  const request = `request-${requests}`;
  return play.input(
    { kind: 'silence', rule: 'errors', until: HOUR_MS, reason: 'moving', by: 'mia', via: 'web', request, ...more },
    now,
  );
}

function endSilence(play: Play, now: number, more: Partial<Extract<CoreInput, { kind: 'end-silence' }>> = {}): Step {
  return play.input({ kind: 'end-silence', silence: 'S-1', by: 'mia', via: 'web', ...more }, now);
}

describe('acknowledge', () => {
  it('stops repeats; the end is still told', () => {
    const play = new Play(shop);
    play.say(1_000, { a: 'true' });
    const { outcome } = acknowledge(play, 2_000, { expectedVersion: 1 });
    expect(outcome).toEqual({ state: 'done', subject: 'A-1' });
    expect(play.alerts.get('A-1')).toMatchObject({
      version: 2,
      acknowledged: { by: 'mia', at: 2_000, via: 'web' },
      state: 'firing',
    });
    expect(play.alerts.get('A-1')).not.toHaveProperty('dueAt');
    play.pass(60 * MINUTE);
    play.say(61 * MINUTE, { a: 'false' });
    expect(play.told()).toEqual(['A-1 fired 0 mia app', 'A-1 resolved 0 mia app']);
    expect(play.alerts.get('A-1')?.version).toBe(3);
  });

  // The engine commits one input after the other, so what stands before the acknowledge in that order may be told and nothing else.
  it.each([-5, -4, -3, -2, -1, 0, 1, 2, 3, 4, 5])(
    'at the instant of a repeat %i ms has one order with it',
    (offset) => {
      const due = 1_000 + REPEAT;
      for (const judged of [-10, -5, -2, -1, 0, 1, 2, 5, 10]) {
        const play = new Play(shop);
        play.say(1_000, { a: 'true' });
        play.pass(due + judged);
        const repeated = play.told().length - 1;
        expect(repeated).toBe(judged >= 0 ? 1 : 0);
        acknowledge(play, Math.max(due + offset, due + judged));
        play.pass(due + 20);
        play.pass(due + 5 * REPEAT);
        expect(play.told().length).toBe(1 + repeated);
      }
    },
  );

  it('given again by the same person is one, and by another is refused with who was faster', () => {
    const play = new Play(shop);
    play.say(1_000, { a: 'true' });
    acknowledge(play, 2_000, { expectedVersion: 1 });
    const again = acknowledge(play, 3_000, { expectedVersion: 1 });
    expect(again).toMatchObject({ changes: [], facts: [], outcome: { state: 'done' } });
    const other = acknowledge(play, 4_000, { by: 'noah', expectedVersion: 1 });
    expect(other.outcome).toEqual({
      state: 'refused',
      subject: 'A-1',
      reason: 'already-acknowledged',
      code: 'version-conflict',
      message: 'A-1 was acknowledged by mia at 1970-01-01T00:00:02.000Z.',
    });
    expect(acknowledge(play, 4_000, { by: 'noah' }).outcome).toMatchObject({ code: 'already-done' });
    expect(acknowledge(play, 4_000, { by: 'noah', expectedVersion: 2 }).outcome).toMatchObject({
      code: 'already-done',
      reason: 'already-acknowledged',
    });
    expect(play.story().at(-1)).toBe('4000 command-refused A-1 already-acknowledged');
    expect(play.alerts.get('A-1')?.acknowledged?.by).toBe('mia');
  });

  it('of an alert that is over, unknown, or seen otherwise is refused', () => {
    const play = new Play(shop);
    play.say(1_000, { a: 'true', b: 'true' });
    play.say(2_000, { a: 'false' });
    expect(acknowledge(play, 3_000).outcome).toMatchObject({
      reason: 'alert-already-resolved',
      code: 'already-done',
      message: 'A-1 ended at 1970-01-01T00:00:02.000Z.',
    });
    expect(acknowledge(play, 3_000, { alert: 'A-9' })).toMatchObject({
      facts: [],
      outcome: { reason: 'alert-unknown', code: 'not-found' },
    });
    silence(play, 4_000, { rule: 'slow' });
    expect(acknowledge(play, 5_000, { alert: 'A-2', expectedVersion: 1 }).outcome).toMatchObject({
      reason: 'outdated-version',
      message: 'A-2 is at version 2 by now, silenced by mia until 1970-01-01T01:00:00.000Z.',
    });
    expect(acknowledge(play, 5_000, { alert: 'A-2', expectedVersion: 2 }).outcome?.state).toBe('done');
  });

  it('keeps the family quiet, but not what is more severe', () => {
    const play = new Play(
      plan([
        rule('warning', isTrue('a'), { family: 'f', severity: { otherwise: 'soon' } }),
        rule('error', isTrue('b'), { family: 'f', notify: [MIA] }),
      ]),
    );
    play.say(1_000, { a: 'true' });
    acknowledge(play, 2_000);
    play.say(3_000, { b: 'true' });
    expect(play.told()).toEqual(['A-1 fired 0 mia app', 'A-2 fired 0 mia app']);
  });

  it('lets a flapping spell go on to its end without another message', () => {
    const play = new Play(shop);
    for (let turn = 0; turn < 3; turn += 1) {
      play.say(1_000 + turn * 2_000, { a: 'true' });
      if (turn < 2) play.say(2_000 + turn * 2_000, { a: 'false' });
    }
    expect(play.told().at(-1)).toBe('A-3 flapping 0 mia app');
    const told = play.told().length;
    acknowledge(play, 6_000, { alert: 'A-3' });
    play.pass(2 * HOUR_MS);
    expect(play.told().length).toBe(told);
    expect(play.alerts.get('A-3')).toMatchObject({ flapping: false, state: 'firing' });
    expect(play.alerts.get('A-3')).not.toHaveProperty('repeatAt');
    expect(play.story().at(-1)).toMatch('not-notified A-3 acknowledged');
    play.say(3 * HOUR_MS, { a: 'false' });
    expect(play.told().at(-1)).toBe('A-3 resolved 0 mia app');
  });

  it('outlives a restart and a new version of the plan', () => {
    const play = new Play(shop);
    play.say(1_000, { a: 'true' });
    acknowledge(play, 2_000);
    const rows = [...play.world.judgements.values(), ...play.world.alerts.values(), play.world.line];
    const after = new Play(loadWorld(shop, 1, rows));
    after.say(3_000, { a: 'true' });
    after.input({ kind: 'apply', plan: plan([{ ...errors, repeatMs: MINUTE }]), version: 2, by: 'mia' }, 4_000);
    after.pass(HOUR_MS);
    expect(after.told()).toEqual([]);
  });
});

describe('a silence', () => {
  it('keeps what fires quiet, and tells it once when its time is over', () => {
    const play = new Play(shop);
    expect(silence(play, 1_000, { until: 30 * MINUTE }).outcome).toEqual({ state: 'done', subject: 'S-1' });
    play.say(2_000, { a: 'true', b: 'true' });
    expect(play.told()).toEqual(['A-2 fired 0 mia app']);
    expect(play.facts[0]).toMatchObject({ kind: 'silence-began', subject: 'S-1', body: { by: 'mia', why: 'moving' } });
    const refusal = play.facts.find(({ kind }) => kind === 'not-notified');
    expect(refusal).toMatchObject({
      subject: 'A-1',
      reason: 'silenced',
      body: { by: ['S-1'], until: 30 * MINUTE, silencedBy: 'mia', why: 'moving' },
    });
    play.pass(30 * MINUTE - 1);
    const before = play.told().length;
    play.pass(30 * MINUTE);
    expect(
      play.notifications.slice(before).map(({ identity, createdAt }) => [identity.step, createdAt]),
    ).toContainEqual(['fired', 30 * MINUTE]);
    expect(play.told().filter((line) => line === 'A-1 fired 0 mia app')).toHaveLength(1);
    expect(play.alerts.get('A-1')).toMatchObject({ version: 2, told: true, repeatAt: 30 * MINUTE + REPEAT });
    play.pass(30 * MINUTE + REPEAT);
    expect(play.told().filter((line) => line.startsWith('A-1'))).toEqual([
      'A-1 fired 0 mia app',
      'A-1 repeated 1 mia app',
    ]);
  });

  it('tells once more of what was told before it began, and repeats go on from there', () => {
    const play = new Play(shop);
    play.say(1_000, { a: 'true' });
    silence(play, 2_000, { until: 25 * MINUTE });
    play.pass(25 * MINUTE);
    expect(play.told()).toEqual(['A-1 fired 0 mia app', 'A-1 repeated 1 mia app']);
    expect(play.story().slice(-3)).toEqual([
      `${25 * MINUTE} silence-ended S-1 silence-expired`,
      `${25 * MINUTE} alert-unsilenced A-1 silence-expired`,
      `${25 * MINUTE} notified A-1 silence-ended`,
    ]);
    expect(play.alerts.get('A-1')).toMatchObject({ version: 3, repeatAt: 25 * MINUTE + REPEAT });
  });

  it('does not keep back the end of what was told, and says nothing of what began and ended within it', () => {
    const play = new Play(shop);
    play.say(1_000, { a: 'true' });
    silence(play, 2_000);
    play.say(3_000, { a: 'false' });
    play.say(4_000, { a: 'true' });
    play.say(5_000, { a: 'false' });
    play.pass(2 * HOUR_MS);
    expect(play.told()).toEqual(['A-1 fired 0 mia app', 'A-1 resolved 0 mia app']);
  });

  it('that somebody ends by hand tells at once', () => {
    const play = new Play(shop);
    silence(play, 1_000);
    play.say(2_000, { a: 'true' });
    expect(endSilence(play, 3_000, { expectedVersion: 1 }).notifications).toHaveLength(1);
    expect(play.notifications[0]?.createdAt).toBe(3_000);
    expect(endSilence(play, 3_500, { expectedVersion: 1 })).toMatchObject({ facts: [], outcome: { state: 'done' } });
    expect(endSilence(play, 4_000, { by: 'noah', expectedVersion: 1 }).outcome).toMatchObject({
      reason: 'silence-over',
      code: 'version-conflict',
      message: 'S-1 does not last any more: mia ended it at 1970-01-01T00:00:03.000Z.',
    });
    expect(endSilence(play, 4_000, { silence: 'S-9' }).outcome).toMatchObject({ code: 'not-found' });
    play.pass(2 * HOUR_MS);
    expect(play.told().filter((line) => line.startsWith('A-1 fired'))).toHaveLength(1);
  });

  it('is told once though two of them end at one instant, or one lasts on', () => {
    const play = new Play(shop);
    silence(play, 1_000, { until: 10 * MINUTE });
    const everything = { until: 10 * MINUTE, reason: 'all', by: 'mia', via: 'web', request: 'all' } as const;
    play.input({ kind: 'silence', ...everything }, 1_000);
    silence(play, 1_000, { until: 20 * MINUTE, group: '[]' });
    play.say(2_000, { a: 'true' });
    play.pass(20 * MINUTE - 1);
    expect(play.told()).toEqual([]);
    play.pass(20 * MINUTE);
    expect(play.told()).toEqual(['A-1 fired 0 mia app']);
  });

  it('covers one group when it names one', () => {
    const play = new Play(plan([rule('routes', isTrue('A'), { by: ['route'], notify: [MIA] })]));
    silence(play, 1_000, { rule: 'routes', group: '["/x"]' });
    play.say(2_000, { 'A/x': 'true', 'A/y': 'true' });
    expect(play.notifications.map(({ content }) => content.group)).toEqual(['["/y"]']);
  });

  it('that has ended tells nothing that somebody has acknowledged, and says so', () => {
    const play = new Play(shop);
    silence(play, 1_000, { until: 10 * MINUTE });
    play.say(2_000, { a: 'true' });
    acknowledge(play, 3_000);
    play.pass(HOUR_MS);
    play.say(2 * HOUR_MS, { a: 'false' });
    expect(play.told()).toEqual([]);
    expect(play.story().filter((line) => line.includes('not-notified'))).toEqual([
      '2000 not-notified A-1 silenced',
      '600000 not-notified A-1 acknowledged',
      '7200000 not-notified A-1 never-told-of-firing',
    ]);
  });

  it('gives way to what else keeps an alert quiet', () => {
    const play = new Play(plan([errors, rule('slow', isTrue('b'), { unless: 'errors', notify: [MIA] })]));
    silence(play, 1_000, { rule: 'slow', until: 10 * MINUTE });
    play.say(2_000, { a: 'true', b: 'true' });
    play.pass(10 * MINUTE);
    expect(play.story().filter((line) => line.includes('not-notified A-2'))).toEqual([
      '2000 not-notified A-2 silenced',
      '600000 not-notified A-2 inhibited',
    ]);
    play.say(11 * MINUTE, { a: 'false' });
    expect(play.told().at(-1)).toBe('A-2 fired 0 mia app');
  });

  it('waits with what is about to resolve until it fires again', () => {
    const play = new Play(plan([{ ...errors, resolveAfterMs: 2 * MINUTE }]));
    silence(play, 1_000, { until: 10 * MINUTE });
    play.say(2_000, { a: 'true' });
    play.say(9 * MINUTE, { a: 'false' });
    play.pass(10 * MINUTE);
    expect(play.told()).toEqual([]);
    play.say(10 * MINUTE + 1_000, { a: 'true' });
    expect(play.told()).toEqual(['A-1 fired 0 mia app']);
  });

  it('covers a flapping spell: told once that it flaps when the silence ends', () => {
    const play = new Play(shop);
    silence(play, 500, { until: 10 * MINUTE });
    for (let turn = 0; turn < 3; turn += 1) {
      play.say(1_000 + turn * 2_000, { a: 'true' });
      if (turn < 2) play.say(2_000 + turn * 2_000, { a: 'false' });
    }
    play.pass(20 * MINUTE);
    expect(play.told()).toEqual(['A-3 flapping 0 mia app']);
    play.pass(60 * MINUTE);
    expect(play.told().slice(0, 2)).toEqual(['A-3 flapping 0 mia app', 'A-3 fired 0 mia app']);
  });

  it('ends while the executors are silent, and after a jump of the clock, once', () => {
    const play = new Play(shop);
    silence(play, 1_000, { until: 10 * MINUTE });
    play.say(2_000, { a: 'true' });
    play.clock(6_000);
    expect(play.clock(10 * MINUTE + limits.executorSilentMs - 1).notifications).toEqual([]);
    expect(play.last?.dueAt).toBe(10 * MINUTE + limits.executorSilentMs);
    play.clock(3 * HOUR_MS);
    play.clock(2 * HOUR_MS);
    play.pass(4 * HOUR_MS);
    expect(play.told().filter((line) => line.startsWith('A-1 fired'))).toHaveLength(1);
  });

  it('outlives a restart', () => {
    const play = new Play(shop);
    silence(play, 1_000, { until: 10 * MINUTE });
    play.say(2_000, { a: 'true' });
    const { judgements, alerts, silences, line } = play.world;
    const rows = [...judgements.values(), ...alerts.values(), ...silences.values(), line];
    const after = new Play(loadWorld(shop, 1, rows));
    after.say(3_000, { a: 'true' });
    expect(after.told()).toEqual([]);
    after.pass(10 * MINUTE);
    expect(after.told()).toEqual(['A-1 fired 0 mia app']);
  });

  it('asked for twice by one request is one, and numbers go on', () => {
    const play = new Play(shop);
    silence(play, 1_000, { request: 'r' });
    expect(silence(play, 2_000, { request: 'r' })).toMatchObject({ changes: [], outcome: { subject: 'S-1' } });
    expect(silence(play, 3_000).outcome).toMatchObject({ subject: 'S-2' });
  });

  it('is refused for a rule that is not there, a time that is over, and above the limit', () => {
    const play = new Play(shop);
    expect(silence(play, 1_000, { rule: 'unheard' }).outcome).toMatchObject({ code: 'not-found' });
    expect(silence(play, HOUR_MS, { until: HOUR_MS }).outcome).toMatchObject({ reason: 'silence-over' });
    for (let count = 0; count < limits.silencesPerPlan; count += 1) silence(play, 1_000);
    expect(silence(play, 1_000).outcome).toMatchObject({ reason: 'too-many-silences', code: 'limit-reached' });
    play.pass(HOUR_MS);
    expect(silence(play, HOUR_MS, { until: 2 * HOUR_MS }).outcome?.state).toBe('done');
  });

  it('that is long over is forgotten; its row stays', () => {
    const play = new Play(shop);
    silence(play, 1_000, { until: MINUTE });
    play.pass(MINUTE);
    expect(play.world.silences.size).toBe(1);
    const step = play.pass(2 * MINUTE + limits.flapWindowMs);
    expect(play.world.silences.size).toBe(0);
    expect(step.removals).toEqual([]);
  });
});

it('a condition that waits is not touched by commands', () => {
  const play = new Play(plan([rule('patient', lasting(isTrue('a'), 5 * MINUTE), { notify: [MIA] })]));
  play.say(1_000, { a: 'true' });
  silence(play, 2_000, { rule: 'patient', until: 3 * MINUTE });
  play.pass(6 * MINUTE);
  expect(play.told()).toEqual(['A-1 fired 0 mia app']);
  expect(play.alerts.get('A-1')).toMatchObject({ openedAt: 5 * MINUTE + 1_000, version: 1 });
});
