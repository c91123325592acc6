import fc from 'fast-check';
import { expect, test } from 'vitest';
import { limits } from '#kernel/limits.ts';
import type { CompiledPlan } from '#plan/model.ts';
import { createLiveExecutor, type LiveExecutor } from '../live-executor.ts';
import { planOf } from '../plan.fixture.ts';
import { reopened } from '../schedule.fixture.ts';
import type { Arrival } from '../watch/reference-watch.ts';
import { plan, START, schedule } from './key-plans.fixture.ts';
import { recallOf } from './store.fixture.ts';

/** What is so now, in an order of its own. Since when a key waits that came again and again, nobody looks further back than a window before the window. */
function standing(executor: LiveExecutor): unknown {
  const verdicts = executor.verdicts().map(({ test: id, group, truth }) => [id, group, truth]);
  const readings = executor.readings().map(({ found, ...rest }) => [rest, found?.keys?.toSorted()]);
  return [...readings, ...verdicts].map((one) => JSON.stringify(one)).sort();
}

/** In a window that is shorter than events may be late, what came at one instant has an order that a store does not know. */
function isLong({ measures }: CompiledPlan): boolean {
  return Object.values(measures).every(({ function: of, window }) => of !== 'missing' || window.ms > limits.lateMs);
}

test('an executor that a store tells of the past says what one says that heard it', () => {
  fc.assert(
    fc.property(
      plan.filter(isLong),
      schedule,
      fc.nat({ max: 9 }),
      fc.nat({ max: 3 }),
      fc.constantFrom(3_600_000, 25_000_000, 200_000_000),
      fc.boolean(),
      (drawn, steps, changedAfter, filledAfter, stretchMs, knewSources) => {
        const { sources } = drawn;
        // A source that is used already knows which values it had.
        const before = knewSources ? drawn : planOf({ sources: Object.values(sources) });
        const heard = createLiveExecutor(drawn, START);
        let recalled = createLiveExecutor(before, START);
        if (knewSources) recalled.awaitHistory(START);
        const arrivals: Arrival[] = [];
        let isFilled = false;
        const isTakenOnce = Object.values(sources).some(({ oncePer }) => oncePer !== undefined);
        for (const [index, { now, advances, records, snapshot }] of steps.entries()) {
          // Of a value that comes again and again for longer than it is remembered, nobody looks back to the first.
          if (isTakenOnce && now - START > limits.oncePerMs) return;
          for (const at of advances) for (const executor of [heard, recalled]) executor.advance(at);
          for (const executor of [heard, recalled]) executor.ingest(records, now);
          arrivals.push(...records.map((record) => ({ record, receivedAt: now })));
          if (index === changedAfter) {
            recalled = recalled.withPlan(drawn);
            recalled.awaitHistory(now);
          } else if (snapshot && index > changedAfter) {
            recalled = reopened(recalled, drawn);
            recalled.awaitHistory(now);
          }
          if (index === changedAfter + filledAfter) {
            // Whose own past is complete asks nothing, and does not learn which values came before that are taken once.
            const isTold = recalled.keysWanted().length === Object.keys(drawn.measures).length;
            if (!isTold && isTakenOnce) return;
            for (const wanted of recalled.keysWanted()) {
              const known = arrivals.filter(({ receivedAt }) => receivedAt < wanted.to);
              recalled.fillKeys(wanted.measure.id, recallOf(wanted, known, stretchMs), now);
            }
            expect(recalled.keysWanted()).toEqual([]);
            isFilled = true;
          }
          if (isFilled) expect(standing(recalled)).toEqual(standing(heard));
        }
      },
    ),
    { numRuns: 500 },
  );
});
