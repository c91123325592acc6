import type { Instant } from '#kernel/instant.ts';
import type { SilenceTest } from '#plan/model.ts';
import { type Reading, type Truth, UNGROUPED, type Verdict } from '#plan/reading.ts';
import type { EvaluationContext } from './formula.ts';
import type { NumberReader, NumberWriter } from './snapshot-format.ts';
import { readVerdict, writeVerdict } from './verdict-format.ts';

/**
 * Judges one silence: true once its time has passed since the last event, since the test began to be watched, and since T+0,
 * whichever is latest. Event time counts, but never a time in the future. Without any event it is unknown until then; before
 * T+0 it is never true. Time in which nobody listened does not count.
 */
export class SilenceWatch {
  readonly test: SilenceTest;
  readonly id: number;
  queued = false;
  private readonly context: EvaluationContext;
  private readonly launch: Instant;
  /** Since when it is watched, moved on by the time in which nobody listened. */
  private since: Instant;
  /** When the last event was heard, moved on likewise. */
  private heard: Instant = Number.NEGATIVE_INFINITY;
  /** The time of the last event as it was. */
  private lastSeen: Instant = Number.NEGATIVE_INFINITY;
  /** The last time in which nobody listened. */
  private deafFrom: Instant = 0;
  private deafTo: Instant = 0;
  private truth: Truth = 'unknown';
  private at: Instant;
  private verdict: Verdict | undefined;

  /** `launch` is T+0, or undefined before a launch on command. */
  constructor(test: SilenceTest, id: number, launch: Instant | undefined, context: EvaluationContext, now: Instant) {
    this.test = test;
    this.id = id;
    this.launch = launch ?? Number.POSITIVE_INFINITY;
    this.context = context;
    this.since = now;
    this.at = now;
  }

  /** When silence becomes true if nothing is heard; Infinity before a launch on command. */
  get due(): Instant {
    return Math.max(this.since, this.heard, this.launch) + this.test.forMs;
  }

  /** An event with this time has arrived now. Returns whether it changes anything. */
  hear(time: Instant, now: Instant): boolean {
    const seen = Math.min(time, now);
    if (seen <= this.lastSeen) return false;
    this.lastSeen = seen;
    this.heard = Math.max(this.heard, this.moved(seen));
    return this.truth !== 'false';
  }

  /** Nobody listened from `from` to `to`. */
  skip(from: Instant, to: Instant): void {
    this.deafFrom = from;
    this.deafTo = to;
    this.heard = this.moved(this.heard);
    this.since = this.moved(this.launch <= to ? Math.max(this.since, this.launch) : this.since);
  }

  judge(out: Verdict[]): void {
    const truth = this.evaluate();
    if (truth === this.truth) return;
    this.truth = truth;
    this.at = this.context.now;
    this.verdict = { test: this.test.id, group: UNGROUPED, truth, at: this.at, ...this.evidence() };
    out.push(this.verdict);
  }

  current(): Verdict {
    if (this.verdict !== undefined && this.truth !== 'unknown') return this.verdict;
    return { test: this.test.id, group: UNGROUPED, truth: this.truth, at: this.at, ...this.evidence() };
  }

  write(out: NumberWriter): void {
    for (const value of [this.since, this.heard, this.lastSeen, this.deafFrom, this.deafTo, this.at]) out.number(value);
    out.text(this.truth);
    out.number(this.verdict === undefined ? 0 : 1);
    if (this.verdict !== undefined) writeVerdict(this.verdict, out);
  }

  /** Takes over what the same test heard and said. */
  restore(from: NumberReader): void {
    this.since = from.number();
    this.heard = from.number();
    this.lastSeen = from.number();
    this.deafFrom = from.number();
    this.deafTo = from.number();
    this.at = from.number();
    this.truth = from.text() as Truth;
    if (from.number() === 1) this.verdict = readVerdict(this.test.id, UNGROUPED, this.truth, this.at, from);
  }

  private evaluate(): Truth {
    if (this.context.now >= this.due) return 'true';
    return this.lastSeen === Number.NEGATIVE_INFINITY ? 'unknown' : 'false';
  }

  private evidence(): { readonly reading: Reading; readonly against: readonly number[] } {
    const at = this.context.now;
    const seen = this.lastSeen !== Number.NEGATIVE_INFINITY;
    const from = seen ? this.lastSeen : Math.max(this.since, this.launch);
    const reading: Reading =
      seen || at >= this.due
        ? { state: 'value', value: at - from, sampleSize: seen ? 1 : 0, at }
        : { state: 'no data', reason: 'no-events', sampleSize: 0, at };
    return { reading, against: [this.test.forMs] };
  }

  private moved(instant: Instant): Instant {
    if (instant <= this.deafFrom) return instant + (this.deafTo - this.deafFrom);
    return Math.max(instant, this.deafTo);
  }
}
