import type { Instant } from '#kernel/instant.ts';
import { type Cron, nextDue, readCron } from '#plan/cron.ts';
import type { HeartbeatTest } from '#plan/model.ts';
import type { Heartbeat } from '#plan/probe.ts';
import type { Truth } from '#plan/reading.ts';
import type { EvaluationContext } from '../formula.ts';
import type { EventRecord } from '../record.ts';
import type { NumberReader, NumberWriter } from '../snapshot-format.ts';
import { HEARTBEAT_EVENT, type Judgement, numberAttribute, textAttribute, Watch } from './watch.ts';

const NEVER: Instant = Number.NEGATIVE_INFINITY;
/** A check-in up to so long before a due instant of a `cron` is of that instant: clocks differ. */
const EARLY_MS = 60_000;

/** When a heartbeat is late if nothing comes after `base`, which is the last check-in when `heard`. */
export function lateAt(test: HeartbeatTest, base: Instant, heard: boolean): Instant {
  const { schedule, graceMs, timezone } = test;
  if (schedule.kind === 'interval') return base + schedule.everyMs + graceMs;
  const early = heard ? Math.min(EARLY_MS, graceMs) : 0;
  return nextDue(cronOf(schedule.expression), base + early, timezone) + graceMs;
}

/** The test of a heartbeat that is watched outside of the plan's conditions; its id is no one's. */
export function watchedHeartbeat(
  { name, schedule, graceMs, longestMs }: Heartbeat,
  timezone: string,
  is: HeartbeatTest['is'],
): HeartbeatTest {
  const longest = longestMs === undefined ? {} : { longestMs };
  return { kind: 'heartbeat', id: name, text: name, heartbeat: name, is, schedule, timezone, graceMs, ...longest };
}

/** A start alone says that a run came only when somebody watches for its end. */
export function isCheckIn({ longestMs }: HeartbeatTest, state: unknown): boolean {
  return state === 'succeeded' || state === 'failed' || (state === 'started' && longestMs !== undefined);
}

/**
 * Judges a heartbeat by its check-ins and by time. It is *late* when nothing has come at a due instant and for the grace after it, counted
 * from the last check-in or from when it began to be watched; *failed* when its last run failed or one has gone on for too long. Time in
 * which nobody listened does not count, and excuses what was due in it.
 */
export class HeartbeatWatch extends Watch<HeartbeatTest> {
  private since: Instant;
  /** The last check-in, moved on by the time in which nobody listened. */
  private heard: Instant = NEVER;
  /** The same as it was. */
  private lastAt: Instant = NEVER;
  private runningSince: Instant = NEVER;
  private ended: 'none' | 'succeeded' | 'failed' = 'none';
  private failures = 0;
  private failingSince: Instant = NEVER;
  private message = '';
  private late: Instant;

  constructor(test: HeartbeatTest, id: number, context: EvaluationContext, now: Instant) {
    super(test, id, context, now);
    this.since = now;
    this.late = lateAt(test, now, false);
  }

  hear(record: EventRecord, now: Instant): boolean {
    const state = record.attributes['state'];
    if (record.name !== HEARTBEAT_EVENT || record.attributes['heartbeat'] !== this.test.heartbeat) return false;
    if (state !== 'started' && state !== 'succeeded' && state !== 'failed') return false;
    const at = Math.min(record.time, now);
    if (isCheckIn(this.test, state)) {
      this.lastAt = Math.max(this.lastAt, at);
      this.heard = Math.max(this.heard, at);
      this.late = lateAt(this.test, Math.max(this.heard, this.since), this.heard >= this.since);
    }
    if (state === 'started') {
      if (at >= this.overrunAt) this.end('failed', at, 'the run before it did not end');
      this.runningSince = at;
      return true;
    }
    this.runningSince = NEVER;
    const code = numberAttribute(record, 'exit_code');
    this.end(
      state,
      at,
      textAttribute(record, 'message') ?? (code === undefined ? 'the job failed' : `exit code ${code}`),
    );
    return true;
  }

  skip(from: Instant, to: Instant): void {
    if (this.runningSince !== NEVER) this.runningSince += to - from;
    if (this.late <= from) return;
    const move = (instant: Instant): Instant => (instant <= from ? instant + (to - from) : Math.max(instant, to));
    if (this.test.schedule.kind === 'interval') {
      this.since = move(this.since);
      if (this.heard !== NEVER) this.heard = move(this.heard);
    } else if (this.late - this.test.graceMs < to) {
      this.since = to;
    }
    this.late = lateAt(this.test, Math.max(this.heard, this.since), this.heard >= this.since);
  }

  nextAfter(now: Instant): Instant {
    const instants = [this.late, this.overrunAt].filter((at) => at > now);
    return Math.min(Number.POSITIVE_INFINITY, ...instants);
  }

  protected evaluate(now: Instant): Judgement {
    const late: Truth = now >= this.late ? 'true' : this.lastAt === NEVER ? 'unknown' : 'false';
    const isOverrun = now >= this.overrunAt;
    const failed: Truth = isOverrun || this.ended === 'failed' ? 'true' : this.ended === 'none' ? 'unknown' : 'false';
    const truth = this.test.is === 'late' ? late : this.test.is === 'failed' ? failed : neither(late, failed);
    const isLate = this.test.is === 'late' || (this.test.is === 'passing' && late === 'true');
    const message = isOverrun ? 'the run has not ended' : this.message;
    const failingSince = isOverrun ? this.overrunAt : this.failingSince;
    const found = {
      ...(isLate || message === '' ? {} : { message }),
      ...(isLate || failed !== 'true' ? {} : { since: failingSince }),
      ...(this.lastAt === NEVER ? {} : { cameAt: this.lastAt }),
      ...(isLate ? { expectedBy: this.late } : {}),
    };
    if (truth === 'unknown') {
      const reading = { state: 'no data', reason: 'nothing-heard', sampleSize: 0, at: now } as const;
      return { truth, reading, against: [], found };
    }
    const heard = this.lastAt === NEVER ? 0 : 1;
    const from = heard === 1 ? this.lastAt : this.since;
    const value = isLate ? now - from : isOverrun ? now - this.runningSince : this.failures;
    return { truth, reading: { state: 'value', value, sampleSize: heard, at: now }, against: [], found };
  }

  protected writeState(out: NumberWriter): void {
    for (const value of [this.since, this.heard, this.lastAt, this.runningSince, this.failures, this.failingSince]) {
      out.number(value);
    }
    out.number(this.late);
    out.text(this.ended);
    out.text(this.message);
  }

  protected restoreState(from: NumberReader): void {
    this.since = from.number();
    this.heard = from.number();
    this.lastAt = from.number();
    this.runningSince = from.number();
    this.failures = from.number();
    this.failingSince = from.number();
    this.late = from.number();
    this.ended = from.text() as typeof this.ended;
    this.message = from.text();
  }

  private get overrunAt(): Instant {
    const { longestMs } = this.test;
    if (longestMs === undefined || this.runningSince === NEVER) return Number.POSITIVE_INFINITY;
    return this.runningSince + longestMs;
  }

  private end(state: 'succeeded' | 'failed', at: Instant, message: string): void {
    this.ended = state;
    this.failures = state === 'failed' ? this.failures + 1 : 0;
    if (this.failures === 1) this.failingSince = at;
    this.message = state === 'failed' ? message : '';
  }
}

/** Kleene's `not late and not failed`. */
function neither(late: Truth, failed: Truth): Truth {
  if (late === 'true' || failed === 'true') return 'false';
  return late === 'unknown' || failed === 'unknown' ? 'unknown' : 'true';
}

const crons: Map<string, Cron> = new Map();

function cronOf(expression: string): Cron {
  let cron = crons.get(expression);
  if (cron === undefined) {
    const read = readCron(expression);
    if (!read.ok) throw new Error(`the checked cron expression ${expression} is not read: ${read.failure}`);
    cron = read.value;
    if (crons.size < 1_000) crons.set(expression, cron);
  }
  return cron;
}
