import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { World } from '#core/model.ts';
import { isTrue, lasting, MIA, Play, plan, rule } from '#core/testing.ts';
import type { PlanStatus } from '#engine/core-process.ts';
import type { SignalReading } from '#intake/link.ts';
import type { Signal } from '#plan/model.ts';
import type { Reading, Truth } from '#plan/reading.ts';
import { changeBetween, type LiveSnapshot, snapshotOf } from './live-snapshot.ts';
import { FollowedPlan } from './testing.ts';

function signal(name: string, by: readonly string[], more: Partial<Signal> = {}): Signal {
  const unit = { base: 'fraction', shown: '%' };
  return { name, text: name, formula: { kind: 'constant', value: 1 }, by, atLeast: 0, unit, stream: false, ...more };
}

const watched = plan([rule('errors', lasting(isTrue('a'), 5_000)), rule('routes', isTrue('A'))], {
  signals: [signal('errors', []), signal('by-route', ['route']), signal('requests', [], { stream: true })],
  objectives: [
    {
      signal: 'errors',
      bands: {
        otherwise: { target: { operator: '<', value: 0.005 }, critical: { operator: '>', value: 0.05 } },
        phases: { soft: { target: { operator: '<', value: 0.5 } } },
      },
    },
  ],
});

function value(of: number, sampleSize = 100, at = 0): Reading {
  return { state: 'value', value: of, sampleSize, at };
}

function look(
  world: World | undefined,
  readings: readonly SignalReading[] | undefined,
  more: Partial<PlanStatus> = {},
) {
  return {
    plan: 'shop',
    world,
    readings,
    intakeConnected: readings !== undefined,
    watermarkAgeMs: world === undefined ? undefined : 100,
    lagMs: 0.4,
    notices: [],
    notifications: {},
    ...more,
  } satisfies PlanStatus;
}

const world = new Play(watched).world;
const errors = (reading: Reading): SignalReading => ({ signal: 'errors', group: '[]', reading });
const route = (name: string, reading: Reading): SignalReading => ({
  signal: 'by-route',
  group: JSON.stringify([name]),
  reading,
});

function readingOf(snapshot: LiveSnapshot, key: string) {
  return snapshot.readings.get(key);
}

test('a figure is held against the bands of the phase in force', () => {
  const soft: World = { ...world, line: { ...world.line, phase: 'soft' } };
  const readings = [errors(value(0.06))];
  expect(readingOf(snapshotOf(look(world, readings), 1_000), 'errors []')).toMatchObject({
    state: 'critical',
    value: 0.06,
    sampleSize: 100,
  });
  expect(readingOf(snapshotOf(look(soft, readings), 1_000), 'errors []')?.state).toBe('on target');
});

test('a signal that nobody has read for is shown without data, one that is only a part is not shown', () => {
  const snapshot = snapshotOf(look(world, [errors(value(0.001))]), 1_000);
  expect([...snapshot.readings.keys()]).toEqual(['errors []', 'by-route []']);
  expect(readingOf(snapshot, 'by-route []')).toMatchObject({ state: 'no data', reason: 'no-events' });
});

test('too few is shown with its figure and with how many are needed', () => {
  const reading: Reading = { state: 'too few', value: 0.2, sampleSize: 3, needed: 20, at: 0 };
  expect(readingOf(snapshotOf(look(world, [errors(reading)]), 1_000), 'errors []')).toMatchObject({
    state: 'too few',
    value: 0.2,
    sampleSize: 3,
    needed: 20,
  });
});

test('a reading that stays as it was is not sent again, although it was read anew', () => {
  const first = snapshotOf(look(world, [errors(value(0.01, 100, 1_000)), route('/a', value(1, 5, 1_000))]), 1_000);
  const again = [errors(value(0.01, 100, 2_000)), route('/a', value(1, 6, 2_000))];
  const second = snapshotOf(look(world, again), 2_000, first);
  expect(changeBetween(first, second)).toEqual({ readings: [second.readings.get('by-route ["/a"]')] });
  expect(readingOf(second, 'errors []')?.since).toBe('1970-01-01T00:00:01.000Z');
  expect(changeBetween(second, snapshotOf(look(world, again), 3_000, second))).toBeUndefined();
});

test('the keys that a figure counts come with it, and are sent again when they are others', () => {
  const counting = (keys: readonly string[], moreKeys?: number): SignalReading => ({
    ...errors(value(2)),
    ...(keys.length > 0 && { found: { keys, ...(moreKeys !== undefined && { moreKeys }) } }),
  });
  const first = snapshotOf(look(world, [counting(['INV-1', 'INV-2'])]), 1_000);
  expect(readingOf(first, 'errors []')?.keys).toEqual({ shown: ['INV-1', 'INV-2'], more: 0 });
  expect(changeBetween(first, snapshotOf(look(world, [counting(['INV-1', 'INV-2'])]), 2_000, first))).toBeUndefined();
  const other = snapshotOf(look(world, [counting(['INV-1', 'INV-3'], 4)]), 3_000, first);
  expect(changeBetween(first, other)?.readings).toMatchObject([{ keys: { shown: ['INV-1', 'INV-3'], more: 4 } }]);
  expect(readingOf(snapshotOf(look(world, [counting([])]), 4_000, other), 'errors []')).not.toHaveProperty('keys');
});

test('while intake is away every figure says that nobody reads it, group by group', () => {
  const first = snapshotOf(look(world, [errors(value(0.01)), route('/a', value(1))]), 1_000);
  const away = snapshotOf(look(world, undefined), 2_000, first);
  expect([...away.readings.values()].map(({ state, reason, value: of }) => [state, reason, of])).toEqual([
    ['not evaluated', 'intake-not-connected', undefined],
    ['not evaluated', 'intake-not-connected', undefined],
  ]);
  expect(changeBetween(away, snapshotOf(look(world, undefined), 3_000, away))).toBeUndefined();
});

test('a rule without data for long is named as unjudged while other figures have events', () => {
  const play = new Play(watched);
  play.say(0, { a: 'unknown' });
  play.pass(61_000);
  const unjudged = (readings: readonly SignalReading[] | undefined) =>
    snapshotOf(look(play.world, readings), 61_000).plan.unjudged;
  expect(unjudged([route('/a', value(1, 5))])).toEqual(['errors']);
  expect(unjudged([route('/a', value(0, 0))])).toEqual([]);
  expect(unjudged(undefined)).toEqual([]);
});

test('a plan that was lost keeps its alerts, and says that it does not run', () => {
  const play = new Play(watched);
  play.say(1_000, { 'A/x': 'true' });
  const first = snapshotOf(look(play.world, []), 1_000);
  const lost = snapshotOf(look(undefined, undefined), 2_000, first);
  expect(lost.plan).toMatchObject({ running: false, version: 1 });
  expect([...lost.alerts.keys()]).toEqual(['A-1']);
  expect([...lost.readings.values()].every(({ reason }) => reason === 'plan-not-running')).toBe(true);
});

test('what is pending goes when its alert comes', () => {
  const play = new Play(watched);
  play.say(0, { a: 'true' });
  const pending = snapshotOf(look(play.world, []), 0);
  expect([...pending.alerts.values()]).toMatchObject([{ key: 'errors []', state: 'pending', rule: 'errors' }]);
  play.pass(6_000);
  play.clock(6_000);
  const firing = snapshotOf(look(play.world, []), 6_000, pending);
  expect(changeBetween(pending, firing)).toMatchObject({
    alerts: [{ key: 'A-1', alert: 'A-1', state: 'firing', openedAt: '1970-01-01T00:00:05.000Z', version: 1 }],
    alertsGone: ['errors []'],
  });
});

test('an alert says which service it is quiet for, until that is up', () => {
  const told = { notify: [MIA] };
  const needs = [{ service: 'database', rules: ['database-down'] }];
  const play = new Play(
    plan([rule('orders', isTrue('a'), { ...told, needs }), rule('database-down', isTrue('b'), told)]),
  );
  const seen = () =>
    [...snapshotOf(look(play.world, []), 1_000).alerts.values()].map((one) => [one.rule, one.needsDown]);
  play.say(1_000, { a: 'true', b: 'true' });
  expect(seen()).toEqual([
    ['orders', 'database'],
    ['database-down', undefined],
  ]);
  play.say(2_000, { b: 'false' });
  expect(seen()).toContainEqual(['orders', undefined]);
});

test('an acknowledgement and a silence are told', () => {
  const play = new Play(watched);
  play.say(1_000, { 'A/x': 'true' });
  const first = snapshotOf(look(play.world, []), 1_000);
  play.input({ kind: 'acknowledge', alert: 'A-1', by: 'mia', via: 'web' }, 2_000);
  play.input(
    { kind: 'silence', rule: 'errors', until: 60_000, reason: 'known', by: 'mia', via: 'web', request: 'r' },
    3_000,
  );
  const change = changeBetween(first, snapshotOf(look(play.world, []), 3_000, first));
  expect(change?.alerts).toMatchObject([
    { key: 'A-1', version: 2, acknowledged: { by: 'mia', via: 'web', at: '1970-01-01T00:00:02.000Z' } },
  ]);
  expect(change?.plan?.silences).toMatchObject([{ silence: 'S-1', rule: 'errors', reason: 'known', version: 1 }]);
});

const truths = fc.dictionary(fc.constantFrom('a', 'A/x', 'A/y'), fc.constantFrom<Truth[]>('true', 'false', 'unknown'));
const readings = fc.option(
  fc.uniqueArray(fc.tuple(fc.constantFrom('/a', '/b', '/c'), fc.integer({ min: 0, max: 3 })), {
    selector: ([name]) => name,
  }),
  { nil: undefined },
);

test('a status with every change since put on top is the status that a new reader gets', () => {
  const looks = fc.array(fc.record({ truths, readings, running: fc.boolean() }), { maxLength: 30 });
  fc.assert(
    fc.property(looks, (steps) => {
      const play = new Play(watched);
      let now = 0;
      let snapshot = snapshotOf(look(play.world, []), now);
      const followed = new FollowedPlan(whole(snapshot));
      for (const step of steps) {
        now += 3_000;
        play.say(now, step.truths);
        play.clock(now);
        const read = step.readings?.map(([name, of]) => route(name, value(of, of, now)));
        const next = snapshotOf(look(step.running ? play.world : undefined, read), now, snapshot);
        const change = changeBetween(snapshot, next);
        if (change !== undefined) followed.take(change);
        snapshot = next;
        expect(followed.readings).toEqual(new Map(snapshot.readings));
        expect(followed.alerts).toEqual(new Map(snapshot.alerts));
        expect(followed.plan).toEqual(snapshot.plan);
      }
    }),
  );
});

function whole({ plan: of, readings: all, alerts }: LiveSnapshot) {
  return { plan: of, readings: [...all.values()], alerts: [...alerts.values()] };
}
