import type { DurationMs, Instant } from '#kernel/instant.ts';
import type { HeartbeatTest, ProbeTest, Test } from '#plan/model.ts';
import { type Found, type Reading, type Truth, UNGROUPED, type Verdict } from '#plan/reading.ts';
import type { EvaluationContext } from '../formula.ts';
import type { EventRecord } from '../record.ts';
import type { NumberReader, NumberWriter } from '../snapshot-format.ts';

/** The events that probers and jobs send; the plan's tests of their kind are fed by them. */
export const CHECK_EVENT = 'check';
export const HEARTBEAT_EVENT = 'heartbeat';

/** A test that stays true is said again with another message at most this often. */
const NEWS_AFTER_MS: DurationMs = 60_000;

export interface Judgement {
  readonly truth: Truth;
  readonly reading: Reading;
  readonly against: readonly number[];
  readonly found: Found;
}

/** Judges one test of a probe or heartbeat by what came last and by time. */
export abstract class Watch<WatchedTest extends ProbeTest | HeartbeatTest = ProbeTest | HeartbeatTest> {
  readonly test: WatchedTest;
  readonly id: number;
  queued = false;
  protected readonly context: EvaluationContext;
  private truth: Truth = 'unknown';
  private at: Instant;
  private verdict: Verdict | undefined;

  constructor(test: WatchedTest, id: number, context: EvaluationContext, now: Instant) {
    this.test = test;
    this.id = id;
    this.context = context;
    this.at = now;
  }

  /** An event has arrived now. Returns whether it is about this test. */
  abstract hear(record: EventRecord, now: Instant): boolean;
  /** Nobody listened from `from` to `to`. */
  abstract skip(from: Instant, to: Instant): void;
  /** When time alone may change what it says, after `now`; Infinity when never. */
  abstract nextAfter(now: Instant): Instant;
  protected abstract evaluate(now: Instant): Judgement;
  protected abstract writeState(out: NumberWriter): void;
  protected abstract restoreState(from: NumberReader): void;

  judge(out: Verdict[]): void {
    const { truth, reading, against, found } = this.evaluate(this.context.now);
    if (truth === this.truth && !this.isNews(found)) return;
    this.truth = truth;
    this.at = this.context.now;
    this.verdict = { test: this.test.id, group: UNGROUPED, truth, at: this.at, reading, against, found };
    out.push(this.verdict);
  }

  /** What fails fails otherwise now: people who look later, or are told later, want the newest. Now and then only, whatever the target says. */
  private isNews({ message }: Found): boolean {
    const said = this.verdict?.found?.message;
    if (this.truth !== 'true' || message === undefined || said === undefined) return false;
    return this.context.now - this.at >= NEWS_AFTER_MS && kindOfMessage(message) !== kindOfMessage(said);
  }

  current(): Verdict {
    if (this.verdict !== undefined && this.truth !== 'unknown') return this.verdict;
    const { reading, against, found } = this.evaluate(this.context.now);
    return { test: this.test.id, group: UNGROUPED, truth: this.truth, at: this.at, reading, against, found };
  }

  write(out: NumberWriter): void {
    out.text(this.truth);
    out.number(this.at);
    // What was said is plain JSON, and is said again as it was.
    out.text(this.verdict === undefined ? '' : JSON.stringify(this.verdict));
    this.writeState(out);
  }

  /** Takes over what the same test heard and said. */
  restore(from: NumberReader): void {
    this.truth = from.text() as Truth;
    this.at = from.number();
    const verdict = from.text();
    this.verdict = verdict === '' ? undefined : (JSON.parse(verdict) as Verdict);
    this.restoreState(from);
  }
}

/** Figures, and what the target said, differ from one failure to the next. */
function kindOfMessage(message: string): string {
  return message.replaceAll(/"(?:[^"\\]|\\.)*"/g, '""').replaceAll(/\d+(?:\.\d+)?/g, '0');
}

/** Whether a test is judged by a watch. */
export function isWatched(test: Test): test is ProbeTest | HeartbeatTest {
  return test.kind === 'probe' || test.kind === 'heartbeat';
}

export function textAttribute({ attributes }: EventRecord, name: string): string | undefined {
  const value = attributes[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

export function numberAttribute({ attributes }: EventRecord, name: string): number | undefined {
  const value = attributes[name];
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}
