import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { HeartbeatTest, ProbeTest, Test } from '#plan/model.ts';
import type { Truth } from '#plan/reading.ts';
import { createLiveExecutor, restoreLiveExecutor } from '../live-executor.ts';
import { planOf } from '../plan.fixture.ts';
import type { EventRecord } from '../record.ts';
import { ReferenceExecutor } from '../reference-executor.ts';

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

const schedule = fc
  .array(
    fc.record({
      afterMs: fc.oneof(fc.constantFrom(1, 100, 5_000, 60_000, 600_000), fc.integer({ min: 1, max: 400_000 })),
      drawn: fc.array(record, { maxLength: 3 }),
      advance: fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 2 }),
      snapshot: fc.boolean(),
    }),
    { minLength: 1, maxLength: 14 },
  )
  .map((steps) => {
    let now = START;
    return steps.map(({ drawn, ...step }) => {
      now += step.afterMs;
      const records = drawn.map(({ name, agoMs, attributes }, index): EventRecord => {
        const { dueAgoMs, ...rest } = { dueAgoMs: undefined, ...attributes };
        const due = dueAgoMs === undefined ? {} : { due: now - dueAgoMs };
        return { name, time: now - agoMs, id: `${now}-${index}`, attributes: { ...rest, ...due } };
      });
      return { ...step, records, now };
    });
  });

const END_MS = 4_000_000;

interface Change {
  readonly at: number;
  readonly test: string;
  readonly truth: Truth;
}

test('probes and heartbeats are judged as the definition says, under any schedule of calls and restarts', () => {
  let repeated = 0;
  fc.assert(
    fc.property(tests, schedule, (drawn, steps) => {
      const plan = planOf({ tests: drawn });
      let live = createLiveExecutor(plan, START);
      const reference = new ReferenceExecutor(plan, START);
      const changes: Change[] = [];
      const standing = new Map<string, Truth>();
      const take = (verdicts: ReturnType<typeof live.advance>): void => {
        for (const { at, test: id, truth, reading } of verdicts) {
          expect(reading.at).toBe(at);
          expect(reading.state === 'no data').toBe(truth === 'unknown');
          // A failure that looks otherwise is said again, and is no change.
          if (truth === 'true' && standing.get(id) === 'true') {
            repeated += 1;
            continue;
          }
          standing.set(id, truth);
          changes.push({ at, test: id, truth });
        }
      };
      const arrivals = new Set<number>();
      for (const { afterMs, records, advance, snapshot, now } of steps) {
        for (const part of advance.toSorted((left, right) => left - right)) {
          take(live.advance(Math.max(live.instant, now - Math.ceil((1 - part) * afterMs))));
        }
        take(live.ingest(records, now));
        reference.ingest(records, now);
        if (records.length > 0) arrivals.add(now);
        if (!snapshot) continue;
        const restored = restoreLiveExecutor(plan, live.snapshot());
        if (!restored.ok) throw new Error(restored.failure.message);
        live = restored.value;
      }
      const end = live.instant + END_MS;
      take(live.advance(end));

      const expected: Change[] = [];
      const told = new Map<string, Truth>();
      const instants = [...reference.instants()].filter((at) => at >= START && at <= end).sort((a, b) => a - b);
      for (const at of instants) {
        for (const before of arrivals.has(at) ? [at, at + 1] : [at + 1]) {
          for (const one of drawn) {
            const truth = reference.truths(one, at, before).get('[]') ?? 'unknown';
            if ((told.get(one.id) ?? 'unknown') === truth) continue;
            told.set(one.id, truth);
            expected.push({ at, test: one.id, truth });
          }
        }
      }
      const inOrder = (left: Change, right: Change) => left.at - right.at || left.test.localeCompare(right.test);
      expect(changes.toSorted(inOrder)).toEqual(expected.toSorted(inOrder));
    }),
    { numRuns: 200 },
  );
  expect(repeated).toBeGreaterThan(0);
});
