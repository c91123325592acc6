import { assert } from '#kernel/assert.ts';
import type { Instant } from '#kernel/instant.ts';
import { limits } from '#kernel/limits.ts';
import { fail, ok, type Result } from '#kernel/result.ts';
import type { CompiledPlan, MeasureId } from '#plan/model.ts';
import { PhaseLine } from '#plan/phases.ts';
import type { Verdict } from '#plan/reading.ts';
import { isOfKeys } from '#plan/window-step.ts';
import type { HistoryWanted, TargetHistory } from './availability/availability-window.ts';
import { AvailabilityWindows } from './availability/availability-windows.ts';
import { BatchFollower } from './batch/batch-follower.ts';
import { RecordBatch } from './batch/record-batch.ts';
import { ComparisonJudges } from './comparison-judges.ts';
import { DueHeap } from './due-heap.ts';
import type { Executor } from './executor.ts';
import { type ExecutorParts, restoreSections, writeSections } from './executor-sections.ts';
import type { FigureWindow } from './figure-window.ts';
import type { EvaluationContext } from './formula.ts';
import type { KeyRecall, KeysWanted } from './keys/key-recall.ts';
import { KeyRoom } from './keys/key-room.ts';
import { KeyWindow } from './keys/key-window.ts';
import { KeyWindows } from './keys/key-windows.ts';
import { MeasureWindow } from './measure-window.ts';
import type { EventRecord } from './record.ts';
import { buildRoutes, type LiveWindow, type Route } from './routes.ts';
import { SignalReader, type SignalReading } from './signal-reader.ts';
import { SilenceWatch } from './silence-watch.ts';
import { type NumberReader, NumberWriter, openSnapshot } from './snapshot-format.ts';
import { Watches } from './watch/watches.ts';

const SNAPSHOT_VERSION = 2;

/** That of a program which knew no values that are open. All else is written as it was then, or under another name. */
const SNAPSHOT_VERSION_BEFORE = 1;

/** Why a snapshot was not taken; the windows then begin empty. */
export interface SnapshotFailure {
  readonly reason: 'snapshot-malformed' | 'snapshot-version';
  readonly message: string;
}

/** What did not count as it might have been expected to. */
export interface ExecutorCounters {
  /** Events later than `limits.lateMs` or more than `limits.futureMs` ahead, which no window took in. */
  readonly outOfTime: number;
  /** Events that went to the group `other`. */
  readonly otherGroup: number;
  /** Values of `once per` that were forgotten before their time. */
  readonly oncePerForgotten: number;
}

/** A new executor of a plan that has not received anything yet. */
export function createLiveExecutor(plan: CompiledPlan, now: Instant): LiveExecutor {
  return new LiveExecutor(plan, now);
}

/**
 * The executor that wrote the snapshot, or its successor when the plan has changed since: what is the same in both goes on,
 * measures that are new begin empty and are *refilling* for the length of their window.
 */
export function restoreLiveExecutor(plan: CompiledPlan, bytes: Uint8Array): Result<LiveExecutor, SnapshotFailure> {
  const opened = openSnapshot(bytes);
  if (opened === undefined) {
    return fail({ reason: 'snapshot-malformed', message: 'The snapshot of the windows is cut off or not a snapshot.' });
  }
  if (opened.version !== SNAPSHOT_VERSION && opened.version !== SNAPSHOT_VERSION_BEFORE) {
    return fail({
      reason: 'snapshot-version',
      message: `The snapshot of the windows has version ${opened.version}; this program reads ${SNAPSHOT_VERSION}.`,
    });
  }
  try {
    const executor = new LiveExecutor(plan, opened.reader.number());
    executor.restore(opened.reader);
    return ok(executor);
  } catch (problem) {
    // Bytes of a disk are no invariant of ours.
    const message = `The snapshot of the windows cannot be read: ${String(problem)}`;
    return fail({ reason: 'snapshot-malformed', message });
  }
}

/**
 * Runs the windows and tests of a plan on a stream of events. Only what an event or a boundary touches is judged: an idle
 * test costs nothing. What it says does not depend on how often `advance` is called, because every boundary is judged at its
 * own instant, and `ingest` first does what `advance` would have done.
 */
export class LiveExecutor implements Executor {
  private readonly plan: CompiledPlan;
  private now: Instant;
  private readonly context: EvaluationContext;
  private readonly phases: PhaseLine;
  private readonly windows: readonly LiveWindow[];
  /** Those that are not full at first. */
  private readonly filling: readonly FigureWindow[];
  private readonly silences: readonly SilenceWatch[];
  private readonly watches: Watches;
  private readonly availabilities: AvailabilityWindows;
  private readonly keys: KeyWindows;
  private readonly comparisons: ComparisonJudges;
  private readonly allRoutes: readonly Route[];
  private readonly signals: SignalReader;
  /** Numbers: windows, then silences, then watches, then availabilities, then the end of `received`, then the next phase. */
  private readonly dues: DueHeap;
  private readonly receivedNumber: number;
  private lastReceivedAt: Instant = Number.NEGATIVE_INFINITY;
  /** When the plan received for the first time, as far as is known. */
  private receivedFrom: Instant = Number.NEGATIVE_INFINITY;
  /** Tests have not been judged since this executor was made; they will be, as of when it was made. */
  private fresh = true;
  private readonly madeAt: Instant;
  private readonly queuedSilences: SilenceWatch[] = [];
  private readonly follower: BatchFollower;

  constructor(plan: CompiledPlan, now: Instant) {
    this.plan = plan;
    this.now = now;
    this.madeAt = now;
    this.phases = new PhaseLine(plan, plan.launch);
    this.context = { now, received: false, gone: false, phases: this.phases };
    const measures = Object.values(plan.measures);
    const room = new KeyRoom();
    this.windows = measures.map((measure, id) =>
      isOfKeys(measure) ? new KeyWindow(measure, id, now, room) : new MeasureWindow(measure, id, now),
    );
    this.filling = this.windows.filter((window) => window instanceof MeasureWindow);
    const byId = new Map<MeasureId, FigureWindow>(this.windows.map((window) => [window.measure.id, window]));
    const tests = Object.values(plan.tests);
    this.silences = tests
      .filter((test) => test.kind === 'silence')
      .map((test, index) => new SilenceWatch(test, measures.length + index, plan.launch, this.context, now));
    const firstWatch = measures.length + this.silences.length;
    this.watches = new Watches(tests, firstWatch, this.context, now);
    this.availabilities = new AvailabilityWindows(
      plan,
      { launch: plan.launch, phases: this.phases },
      firstWatch + this.watches.all.length,
      now,
    );
    this.context.availabilities = this.availabilities.byFigure;
    this.comparisons = new ComparisonJudges(tests, byId, this.context, now);
    this.availabilities.feed(this.comparisons.all);
    const batch = new RecordBatch();
    const routes = buildRoutes(plan.sources, this.windows, this.silences, batch);
    this.follower = new BatchFollower(routes.byEvent, batch, {
      fed: (window, dueMoved) => this.noteFed(window, dueMoved),
      heard: (silence, at) => this.noteHeard(silence, at),
    });
    this.allRoutes = routes.all;
    const ofKeys = this.windows.filter((window) => window instanceof KeyWindow);
    this.keys = new KeyWindows(plan, ofKeys, routes.all);
    this.signals = new SignalReader(plan.signals, byId, this.context);
    this.receivedNumber = firstWatch + this.watches.all.length + this.availabilities.all.length;
    this.dues = new DueHeap(this.receivedNumber + 2);
    this.scheduleAll();
  }

  /** The last instant given. */
  get instant(): Instant {
    return this.now;
  }

  advance(to: Instant): readonly Verdict[] {
    const out: Verdict[] = [];
    this.advanceInto(to, out);
    return out;
  }

  ingest(records: readonly EventRecord[], receivedAt: Instant): readonly Verdict[] {
    const out: Verdict[] = [];
    this.advanceInto(receivedAt, out);
    if (records.length === 0) return out;
    this.receive(receivedAt);
    this.follower.take(records, receivedAt);
    this.watches.hear(records, receivedAt);
    this.availabilities.hear(records, receivedAt);
    this.judge(receivedAt, out);
    return out;
  }

  resume(at: Instant): void {
    if (at <= this.now) return;
    for (const silence of this.silences) silence.skip(this.now, at);
    for (const watch of this.watches.all) watch.skip(this.now, at);
    this.now = at;
  }

  verdicts(): readonly Verdict[] {
    this.context.now = this.now;
    return [
      ...this.comparisons.all.flatMap((judge) => judge.current()),
      ...[...this.silences, ...this.watches.all].map((watch) => watch.current()),
    ];
  }

  /**
   * Says nothing of availabilities and keys that have not asked yet what a store knows of the time before; `fillHistory` and `fillKeys` end
   * that. All that was received up to `at` (at least the last instant) and is heard is heard already, or is of a later time to them.
   */
  awaitHistory(at: Instant = this.now): void {
    this.availabilities.awaitHistory();
    this.keys.awaitHistory(at, this.dues);
  }

  /** What a store is to be asked for. */
  historyWanted(): readonly HistoryWanted[] {
    return this.availabilities.historyWanted(this.now);
  }

  /** Takes in what a store knows of the targets of an availability, in their order, and judges what that changes. */
  fillHistory(wanted: HistoryWanted, histories: readonly TargetHistory[], at: Instant): readonly Verdict[] {
    const out: Verdict[] = [];
    this.advanceInto(at, out);
    this.availabilities.fill(wanted, histories, at);
    this.judge(at, out);
    return out;
  }

  /** What a store is to be asked for because of keys. */
  keysWanted(): readonly KeysWanted[] {
    return this.keys.wanted();
  }

  /** Takes in what a store told of the keys of a measure, and judges what that changes. */
  fillKeys(measure: MeasureId, recall: KeyRecall, at: Instant): readonly Verdict[] {
    const out: Verdict[] = [];
    this.advanceInto(at, out);
    const window = this.keys.fill(measure, recall, at, this.dues);
    if (window !== undefined) this.comparisons.touch(window);
    this.judge(at, out);
    return out;
  }

  readings(): readonly SignalReading[] {
    this.context.now = this.now;
    return this.signals.readings();
  }

  counters(): ExecutorCounters {
    return {
      outOfTime: this.follower.outOfTime,
      otherGroup: this.windows.reduce((sum, window) => sum + window.overflowed, 0),
      oncePerForgotten: this.allRoutes.reduce((sum, route) => sum + (route.oncePer?.forgotten ?? 0), 0),
    };
  }

  /** Everything that the next calls depend on, for `restoreLiveExecutor`. */
  snapshot(): Uint8Array {
    const out = new NumberWriter();
    out.number(this.now);
    out.number(this.lastReceivedAt);
    out.number(this.context.received ? 1 : 0);
    out.number(this.follower.outOfTime);
    writeSections(this.parts(), this.receivedFrom, out);
    return out.bytes(SNAPSHOT_VERSION);
  }

  /** The executor of a new version of the plan, as of the last instant. This one is of no use afterwards. */
  withPlan(plan: CompiledPlan): LiveExecutor {
    const restored = restoreLiveExecutor(plan, this.snapshot());
    assert(restored.ok, 'an executor reads its own snapshot');
    return restored.value;
  }

  /** Reads what `snapshot` wrote, beyond the first number; for `restoreLiveExecutor` only. */
  restore(from: NumberReader): void {
    this.lastReceivedAt = from.number();
    this.context.received = from.number() === 1;
    this.follower.outOfTime = from.number();
    this.receivedFrom = restoreSections(this.parts(), from, this.lastReceivedAt, this.now);
    for (const window of this.filling) window.beginFilling?.(this.receivedFrom, this.now);
    this.scheduleAll();
  }

  private parts(): ExecutorParts {
    const { plan, windows, allRoutes: routes, silences, watches, availabilities } = this;
    return { plan, windows, routes, judges: this.comparisons.all, silences, watches, availabilities };
  }

  private scheduleAll(): void {
    for (const window of this.windows) this.dues.schedule(window.id, window.due);
    for (const silence of this.silences) this.dues.schedule(silence.id, silence.due);
    for (const watch of this.watches.all) this.dues.schedule(watch.id, watch.nextAfter(this.now));
    for (const window of this.availabilities.all) this.dues.schedule(window.id, window.nextAfter(this.now));
    if (this.context.received) this.dues.schedule(this.receivedNumber, this.lastReceivedAt + limits.receivedWithinMs);
    this.schedulePhase(this.now);
  }

  private schedulePhase(after: Instant): void {
    if (this.comparisons.readsPhases) this.dues.schedule(this.receivedNumber + 1, this.phases.changeAfter(after));
  }

  private advanceInto(to: Instant, out: Verdict[]): void {
    assert(to >= this.now, 'instants never go backwards');
    if (this.fresh) this.judgeEverything(out);
    for (;;) {
      const at = this.dues.next();
      if (at > to) break;
      while (this.dues.next() === at) this.reach(this.dues.take(), at);
      this.judge(at, out);
    }
    this.now = to;
  }

  /** What has the number is due. */
  private reach(number: number, at: Instant): void {
    const window = this.windows[number];
    if (window !== undefined) {
      window.pass(at);
      if (window.touched) this.comparisons.touch(window);
      this.dues.schedule(number, window.due);
      return;
    }
    const silence = this.silences[number - this.windows.length];
    if (silence !== undefined) {
      // Something may have been heard since the instant was set down.
      if (silence.due > at) this.dues.schedule(number, silence.due);
      else this.queueSilence(silence);
      return;
    }
    if (this.watches.reach(number) || this.availabilities.reach(number)) return;
    if (number > this.receivedNumber) {
      this.comparisons.changePhase();
      this.schedulePhase(at);
      return;
    }
    const ends = this.lastReceivedAt + limits.receivedWithinMs;
    if (ends > at) this.dues.schedule(number, ends);
    else this.setReceived(false);
  }

  private receive(at: Instant): void {
    if (this.lastReceivedAt === Number.NEGATIVE_INFINITY) this.beginFilling(at);
    this.lastReceivedAt = at;
    if (this.context.received) return;
    this.setReceived(true);
    this.dues.schedule(this.receivedNumber, at + limits.receivedWithinMs);
  }

  /** The plan receives for the first time. */
  private beginFilling(from: Instant): void {
    this.receivedFrom = from;
    for (const window of this.filling) {
      window.beginFilling?.(from, from);
      this.dues.schedule(window.id, window.due);
    }
  }

  private setReceived(received: boolean): void {
    this.context.received = received;
    for (const window of this.windows) {
      if (!window.zeroWhenEmpty) continue;
      window.touchAll();
      this.comparisons.touch(window);
    }
  }

  private noteFed(window: FigureWindow, dueMoved: boolean): void {
    if (dueMoved) this.dues.schedule(window.id, window.due);
    if (window.touched && !window.queued) this.comparisons.touch(window);
  }

  private noteHeard(silence: SilenceWatch, now: Instant): void {
    if (silence.due > now) this.dues.schedule(silence.id, silence.due);
    this.queueSilence(silence);
  }

  private queueSilence(silence: SilenceWatch): void {
    if (silence.queued) return;
    silence.queued = true;
    this.queuedSilences.push(silence);
  }

  private judge(at: Instant, out: Verdict[]): void {
    this.context.now = at;
    for (const judge of this.availabilities.settle(at, this.dues)) this.comparisons.queue(judge);
    this.comparisons.judge(out);
    for (const silence of this.queuedSilences) {
      silence.queued = false;
      silence.judge(out);
    }
    this.watches.judge(at, this.dues, out);
    this.queuedSilences.length = 0;
  }

  private judgeEverything(out: Verdict[]): void {
    this.fresh = false;
    this.context.now = this.madeAt;
    for (const judge of this.comparisons.all) judge.judge(true, out);
    for (const silence of this.silences) silence.judge(out);
    for (const watch of this.watches.all) watch.judge(out);
  }
}
