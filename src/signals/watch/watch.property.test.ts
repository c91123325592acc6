import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { HeartbeatTest, ProbeTest, Test } from '#plan/model.ts';
import type { Truth } from '#plan/reading.ts';
import { planOf } from '../plan.fixture.ts';
import { type Change, changeOf, expectedChanges, inOrder, runSchedule, scheduleOf } from '../schedule.fixture.ts';

/** A quarter past two on the night in which Berlin's clocks go back. */
const START = Date.parse('2026-10-25T00:15:00Z');

const probeTest: fc.Arbitrary<ProbeTest> = fc
  .record({
    probe: fc.constantFrom('shop', 'api'),
    part: fc.constantFrom(undefined, undefined, 'database'),
    is: fc.constantFrom<ProbeTest['is']>('failing', 'passing'),
    streak: fc.option(fc.constantFrom(1, 2, 3), { nil: undefined }),
    agree: fc.constantFrom(undefined, undefined, 1, 2, 3),
    staleMs: fc.constantFrom(5_000, 60_000, 300_000),
  })
  .map(({ part, streak, agree, ...rest }) => ({
    kind: 'probe',
    ...rest,
    ...(part === undefined ? {} : { part }),
    ...(streak === undefined ? {} : { streak }),
    ...(agree === undefined ? {} : { agree }),
    id: JSON.stringify([rest, part, streak, agree]),
    text: '',
  }));

const heartbeatTest: fc.Arbitrary<HeartbeatTest> = fc
  .record({
    is: fc.constantFrom<HeartbeatTest['is']>('late', 'failed', 'passing'),
    schedule: fc.constantFrom<HeartbeatTest['schedule']>(
      { kind: 'interval', everyMs: 30_000 },
      { kind: 'interval', everyMs: 600_000 },
      { kind: 'cron', expression: '*/5 * * * *' },
      { kind: 'cron', expression: '20 * * * *' },
    ),
    graceMs: fc.constantFrom(1_000, 120_000),
    longestMs: fc.option(fc.constantFrom(2_000, 90_000), { nil: undefined }),
  })
  .map(({ longestMs, ...rest }) => ({
    kind: 'heartbeat',
    heartbeat: 'backup',
    timezone: 'Europe/Berlin',
    ...rest,
    ...(longestMs === undefined ? {} : { longestMs }),
    id: JSON.stringify([rest, longestMs]),
    text: '',
  }));

const tests = fc
  .array(fc.oneof<fc.Arbitrary<Test>[]>(probeTest, heartbeatTest), { minLength: 1, maxLength: 5 })
  .map((drawn) => [...new Map(drawn.map((one) => [one.id, one])).values()]);

const record = fc.oneof(
  fc.record({
    name: fc.constant('check'),
    agoMs: fc.constantFrom(0, 0, 1, 1_000, 70_000, -500),
    attributes: fc
      .record({
        probe: fc.constantFrom('shop', 'api', 'other'),
        location: fc.constantFrom('here', 'there', 'far'),
        outcome: fc.constantFrom('passed', 'failed', 'failed', 'unmeasured'),
        message: fc.constantFrom('status 500', 'status 503', 'refused'),
        // Now and then a result is told again, or after a later one.
        dueAgoMs: fc.constantFrom(0, 0, 0, 5_000),
        part: fc.constantFrom(undefined, undefined, undefined, 'database'),
      })
      .map(({ part, ...rest }) => (part === undefined ? rest : { ...rest, part })),
  }),
  fc.record({
    name: fc.constant('heartbeat'),
    agoMs: fc.constantFrom(0, 0, 1, 1_000, -500),
    attributes: fc.record({
      heartbeat: fc.constantFrom('backup', 'backup', 'other'),
      state: fc.constantFrom('started', 'succeeded', 'failed', 'puzzled'),
    }),
  }),
);

const schedule = scheduleOf({
  start: START,
  afterMs: fc.oneof(fc.constantFrom(1, 100, 5_000, 60_000, 600_000), fc.integer({ min: 1, max: 400_000 })),
  drawn: record,
  recordOf({ name, agoMs, attributes }, now) {
    const { dueAgoMs, ...rest } = { dueAgoMs: undefined, ...attributes };
    const due = dueAgoMs === undefined ? {} : { due: now - dueAgoMs };
    return { name, time: now - agoMs, attributes: { ...rest, ...due } };
  },
  maxRecords: 3,
  maxSteps: 14,
});

const END_MS = 4_000_000;

test('probes and heartbeats are judged as the definition says, under any schedule of calls and restarts', () => {
  let repeated = 0;
  fc.assert(
    fc.property(tests, schedule, (drawn, steps) => {
      const plan = planOf({ tests: drawn });
      const changes: Change[] = [];
      const standing = new Map<string, Truth>();
      const { live, reference } = runSchedule(plan, START, steps, END_MS, {
        said: (verdicts) => {
          for (const one of verdicts) {
            expect(one.reading.at).toBe(one.at);
            expect(one.reading.state === 'no data').toBe(one.truth === 'unknown');
            // A failure that looks otherwise is said again, and is no change.
            if (one.truth === 'true' && standing.get(one.test) === 'true') {
              repeated += 1;
              continue;
            }
            standing.set(one.test, one.truth);
            changes.push(changeOf(one));
          }
        },
      });
      const expected = expectedChanges(plan, reference, steps, { from: START, to: live.instant });
      expect(changes.toSorted(inOrder)).toEqual(expected.map(({ before: _, ...change }) => change));
    }),
    { numRuns: 200 },
  );
  expect(repeated).toBeGreaterThan(0);
});
