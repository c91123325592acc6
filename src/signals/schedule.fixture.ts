import fc from 'fast-check';
import type { DurationMs, Instant } from '#kernel/instant.ts';
import type { CompiledPlan, TestId } from '#plan/model.ts';
import { type GroupKey, type Truth, UNGROUPED, type Verdict } from '#plan/reading.ts';
import { createLiveExecutor, type LiveExecutor, restoreLiveExecutor } from './live-executor.ts';
import type { EventRecord } from './record.ts';
import { ReferenceExecutor } from './reference-executor.ts';

/** What an executor lives through, for the property tests of this folder only: events in time, late and ahead, ticks between, restarts. */
export interface Step {
  readonly afterMs: DurationMs;
  readonly now: Instant;
  /** Ticks since the step before, in order. */
  readonly advances: readonly Instant[];
  /** What arrives then. */
  readonly records: readonly EventRecord[];
  /** Whether it is written down and read again afterwards. */
  readonly snapshot: boolean;
}

/** What a schedule is drawn from. */
export interface ScheduleParts<Drawn> {
  readonly start: Instant;
  /** How long after the step before; at least 1. */
  readonly afterMs: fc.Arbitrary<DurationMs>;
  readonly drawn: fc.Arbitrary<Drawn>;
  /** The record that arrives at `now`, without its id. */
  readonly recordOf: (drawn: Drawn, now: Instant) => Omit<EventRecord, 'id'>;
  readonly maxRecords?: number;
  readonly maxSteps?: number;
}

export function scheduleOf<Drawn>(parts: ScheduleParts<Drawn>): fc.Arbitrary<readonly Step[]> {
  const { start, afterMs, drawn, recordOf, maxRecords = 5, maxSteps = 12 } = parts;
  return fc
    .array(
      fc.record({
        afterMs,
        drawn: fc.array(drawn, { maxLength: maxRecords }),
        advance: fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 3 }),
        snapshot: fc.boolean(),
      }),
      { minLength: 1, maxLength: maxSteps },
    )
    .map((steps) => {
      let now = start;
      return steps.map((step): Step => {
        const before = now;
        now += step.afterMs;
        return {
          afterMs: step.afterMs,
          now,
          advances: step.advance.toSorted((a, b) => a - b).map((part) => before + Math.floor(part * step.afterMs)),
          records: step.drawn.map((one, index) => ({ ...recordOf(one, now), id: `${now}-${index}` })),
          snapshot: step.snapshot,
        };
      });
    });
}

/** An executor as one that was started again has it. */
export function reopened(executor: LiveExecutor, plan: CompiledPlan): LiveExecutor {
  const result = restoreLiveExecutor(plan, executor.snapshot());
  if (!result.ok) throw new Error(result.failure.message);
  return result.value;
}

/** What is told of a run, to compare it. */
export interface RunListener {
  /** What the executor said, in order. */
  readonly said?: (verdicts: readonly Verdict[]) => void;
  /** How what arrives is brought to it, where that is more than to ingest it. */
  readonly hear?: (live: LiveExecutor, step: Step) => readonly Verdict[];
  /** A step is over. */
  readonly stepped?: (live: LiveExecutor, reference: ReferenceExecutor, step: Step) => void;
}

/** Brings a live executor and the definition through a schedule, and the first so much further; the definition has no need of time. */
export function runSchedule(
  plan: CompiledPlan,
  start: Instant,
  steps: readonly Step[],
  furtherMs: DurationMs,
  { said = () => {}, stepped = () => {}, hear = (live, { records, now }) => live.ingest(records, now) }: RunListener,
): { readonly live: LiveExecutor; readonly reference: ReferenceExecutor } {
  let live = createLiveExecutor(plan, start);
  const reference = new ReferenceExecutor(plan, start);
  for (const step of steps) {
    for (const at of step.advances) said(live.advance(at));
    said(hear(live, step));
    reference.ingest(step.records, step.now);
    if (step.snapshot) live = reopened(live, plan);
    stepped(live, reference, step);
  }
  said(live.advance(live.instant + furtherMs));
  return { live, reference };
}

/** A truth that changed, or a group that is gone. */
export interface Change {
  readonly at: Instant;
  readonly test: TestId;
  readonly group: GroupKey;
  readonly truth: Truth;
  readonly gone: boolean;
}

/** By instant, test and group; of one instant, first what was so before its events arrived. */
export function inOrder(left: Change, right: Change): number {
  return left.at - right.at || left.test.localeCompare(right.test) || left.group.localeCompare(right.group);
}

export function changeOf({ at, test, group, truth, gone }: Verdict): Change {
  return { at, test, group, truth, gone: gone === true };
}

/**
 * What an executor must say, found by asking the definition at every instant at which anything could change: before what arrives then, and
 * after it. `before` is up to where it was asked.
 */
export function expectedChanges(
  plan: CompiledPlan,
  reference: ReferenceExecutor,
  steps: readonly Step[],
  range: { readonly from: Instant; readonly to: Instant },
  more: readonly Instant[] = [],
): readonly (Change & { readonly before: Instant })[] {
  const arrivals = new Set(steps.filter(({ records }) => records.length > 0).map(({ now }) => now));
  const instants = [...new Set([...reference.instants(), ...more])]
    .filter((at) => at >= range.from && at <= range.to)
    .sort((left, right) => left - right);
  const changes: (Change & { readonly before: Instant })[] = [];
  const told = new Map<TestId, Map<GroupKey, Truth>>();
  for (const at of instants) {
    for (const before of arrivals.has(at) ? [at, at + 1] : [at + 1]) {
      for (const one of Object.values(plan.tests)) {
        const known = told.get(one.id) ?? new Map<GroupKey, Truth>();
        told.set(one.id, known);
        const truths = reference.truths(one, at, before);
        for (const [group, truth] of truths) {
          if ((known.get(group) ?? (group === UNGROUPED ? 'unknown' : undefined)) === truth) continue;
          known.set(group, truth);
          changes.push({ at, test: one.id, group, truth, gone: false, before });
        }
        for (const group of known.keys()) {
          if (truths.has(group)) continue;
          known.delete(group);
          const truth = reference.truthOfGone(one, group, at, before);
          changes.push({ at, test: one.id, group, truth, gone: true, before });
        }
      }
    }
  }
  return changes.toSorted(inOrder);
}
