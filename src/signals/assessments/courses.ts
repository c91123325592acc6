import type { DurationMs, Instant } from '#kernel/instant.ts';
import { availabilityOf, type CourseRange, type Run, type Segment } from '#plan/availability.ts';
import { markStretches, mergeStretches, type Stretch } from '#plan/maintenance.ts';
import type { ComparisonTest, CompiledPlan, HeartbeatTest, MeasureFunction, Test } from '#plan/model.ts';
import type { Truth, Verdict } from '#plan/reading.ts';
import { type EvaluationContext, measuresOf } from '../formula.ts';
import type { EventRecord } from '../record.ts';
import { HeartbeatWatch } from '../watch/heartbeat-watch.ts';
import { HEARTBEAT_EVENT } from '../watch/watch.ts';

/**
 * What a probe found in a time, of the runs of each location: a failure that was found before it says nothing of it, and what nobody could read
 * is unknown.
 */
export function probeCourse(locations: readonly (readonly Run[])[], range: CourseRange): readonly Segment[] {
  const found = locations.map((runs) =>
    runs.map((run): Run => {
      const isFinding = run.state !== 'down' || (run.unread !== true && run.last >= range.from);
      return isFinding ? run : { from: run.from, last: run.last, state: 'unknown' };
    }),
  );
  return availabilityOf(found, range);
}

/** What a job said, and when. */
export interface CheckIn {
  readonly at: Instant;
  readonly state: 'started' | 'succeeded' | 'failed';
}

const COURSE: Readonly<Record<Truth, Segment['state']>> = { true: 'up', false: 'down', unknown: 'unknown' };

/**
 * How a heartbeat was in a time: down while it was late or had failed. `test` asks whether it is passing. The check-ins are in the order of time,
 * from before the range on as far as they are known; in `unheard` nobody listened.
 */
export function heartbeatCourse(
  test: HeartbeatTest,
  checkIns: readonly CheckIn[],
  { from, to, unheard }: Stretch & { readonly unheard: readonly Stretch[] },
): readonly Segment[] {
  const begin = Math.min(from, checkIns[0]?.at ?? from);
  const context: EvaluationContext = { now: begin, received: true, gone: false };
  const watch = new HeartbeatWatch(test, 0, context, begin);
  const segments: Segment[] = [];
  let state: Segment['state'] = 'unknown';
  let since = begin;
  const judgeAt = (at: Instant): void => {
    context.now = at;
    const said: Verdict[] = [];
    watch.judge(said);
    const next = COURSE[said.at(-1)?.truth ?? watch.current().truth];
    if (next === state) return;
    segments.push({ from: since, to: at, state });
    state = next;
    since = at;
  };
  /** Lets time pass; what time alone changes is judged when it does. */
  const passTo = (at: Instant): void => {
    for (let next = watch.nextAfter(context.now); next < at; next = watch.nextAfter(next)) judgeAt(next);
    judgeAt(at);
  };
  const happened = [
    ...checkIns.map((one) => ({ at: one.at, does: () => watch.hear(eventOf(test, one), one.at) })),
    ...mergeStretches(unheard).map((one) => ({ at: one.to, does: () => watch.skip(one.from, one.to) })),
  ].toSorted((left, right) => left.at - right.at);
  for (const { at, does } of happened) {
    if (at > to) break;
    if (at > context.now) passTo(at);
    does();
    judgeAt(at);
  }
  if (to > context.now) passTo(to);
  segments.push({ from: since, to, state });
  return markStretches(cut(segments, from, to), mergeStretches(unheard), 'unknown');
}

function eventOf({ heartbeat }: HeartbeatTest, { at, state }: CheckIn): EventRecord {
  return { name: HEARTBEAT_EVENT, time: at, id: `${at}`, attributes: { heartbeat, state } };
}

function cut(segments: readonly Segment[], from: Instant, to: Instant): readonly Segment[] {
  return segments
    .filter((one) => one.to > from && one.from < to)
    .map((one) => ({ ...one, from: Math.max(one.from, from), to: Math.min(one.to, to) }));
}

/** How a rule was in a time: down while an alert of it was open; in `unknown` it could not be judged. */
export function ruleCourse(open: readonly Stretch[], unknown: readonly Stretch[], range: Stretch): readonly Segment[] {
  const whole: readonly Segment[] = [{ ...range, state: 'up' }];
  return markStretches(markStretches(whole, mergeStretches(unknown), 'unknown'), mergeStretches(open), 'down');
}

/** When nothing was known. */
function unknownIn(segments: readonly Segment[]): readonly Stretch[] {
  return segments.filter(({ state }) => state === 'unknown').map(({ from, to }) => ({ from, to }));
}

/** What so many equal steps from an instant on leave open that nothing was measured in, to the end of a range. */
export function unmeasuredIn(
  measured: ReadonlySet<number>,
  stepMs: DurationMs,
  { from, to }: Stretch,
): readonly Stretch[] {
  const found: Stretch[] = [];
  for (let step = 0; from + step * stepMs < to; step += 1) {
    if (measured.has(step)) continue;
    found.push({ from: from + step * stepMs, to: Math.min(to, from + (step + 1) * stepMs) });
  }
  return mergeStretches(found);
}

/** What is known of what a rule reads. */
export interface KnownTests {
  /** Courses by `targetKey`. */
  readonly probes: ReadonlyMap<string, readonly Segment[]>;
  readonly heartbeats: ReadonlyMap<string, readonly Segment[]>;
  /** When each signal had no value that could be judged. */
  readonly unmeasured: ReadonlyMap<string, readonly Stretch[]>;
  readonly measures: CompiledPlan['measures'];
  readonly range: Stretch;
}

/** Names a probe or a part of one. */
export function targetKey(probe: string, part: string | undefined): string {
  return part === undefined ? probe : `${probe}.${part}`;
}

/** When a rule that reads these tests could not be judged. */
export function unjudgedIn(tests: readonly Test[], known: KnownTests): readonly Stretch[] {
  const { probes, heartbeats, unmeasured, measures, range } = known;
  return tests.flatMap((test): readonly Stretch[] => {
    if (test.kind === 'probe') return unknownIn(probes.get(targetKey(test.probe, test.part)) ?? []);
    if (test.kind === 'heartbeat') return unknownIn(heartbeats.get(test.heartbeat) ?? []);
    // Silence is judged by who listens.
    if (test.kind === 'silence') return [];
    if (test.signals.length === 0) return hasAlwaysValue(test, measures) ? [] : [range];
    return test.signals.flatMap((signal) => unmeasured.get(signal) ?? []);
  });
}

/** Measures of which nothing to measure is zero. */
const COUNTING: ReadonlySet<MeasureFunction> = new Set(['count', 'rate', 'sum', 'unique']);

/** Of what a rule measures without a name no readings are kept: counts have a value whenever somebody listens, of others nobody knows. */
function hasAlwaysValue({ left, comparison, atLeast }: ComparisonTest, measures: KnownTests['measures']): boolean {
  const sides = comparison.operator === 'between' ? [left] : [left, comparison.right];
  const read = sides.flatMap((side) => [...measuresOf(side)]);
  return atLeast === 0 && read.every((id) => COUNTING.has(measures[id]?.function ?? 'last'));
}
