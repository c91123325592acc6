import type { Instant } from '#kernel/instant.ts';
import type { HeartbeatTest, ProbeTest } from '#plan/model.ts';
import type { Truth } from '#plan/reading.ts';
import type { EventRecord } from '../record.ts';
import { isCheckIn, lateAt } from './heartbeat-watch.ts';

/** An event and when it became durable. */
export interface Arrival {
  readonly record: EventRecord;
  readonly receivedAt: Instant;
}

/** The definition of tests of probes and heartbeats: worked out anew from all that ever came. */
export class ReferenceWatch {
  private readonly test: ProbeTest | HeartbeatTest;
  private readonly arrivals: readonly Arrival[];
  private readonly startedAt: Instant;

  constructor(test: ProbeTest | HeartbeatTest, arrivals: readonly Arrival[], startedAt: Instant) {
    this.test = test;
    this.arrivals = arrivals;
    this.startedAt = startedAt;
  }

  /** Every instant at which its truth may change by itself. */
  instants(): readonly Instant[] {
    const { test } = this;
    const times = this.arrivals.map(({ record, receivedAt }) => Math.min(record.time, receivedAt));
    if (test.kind === 'probe') return times.map((at) => at + test.staleMs);
    return [
      lateAt(test, this.startedAt, false),
      ...times.flatMap((at) => [lateAt(test, at, true), at + (test.longestMs ?? 0)]),
    ];
  }

  /** The truth at `at`, from what had arrived before `before`. */
  truth(at: Instant, before: Instant): Truth {
    const arrivals = this.arrivals.filter(({ receivedAt }) => receivedAt < before);
    return this.test.kind === 'probe'
      ? probeTruth(this.test, arrivals, at)
      : heartbeatTruth(this.test, arrivals, this.startedAt, at);
  }
}

function probeTruth(test: ProbeTest, arrivals: readonly Arrival[], now: Instant): Truth {
  const results = arrivals
    .filter(({ record: { name, attributes } }) => name === 'check' && attributes['probe'] === test.probe)
    .filter(({ record: { attributes } }) => attributes['part'] === test.part && attributes['outcome'] !== 'unmeasured')
    .map(({ record, receivedAt }) => ({
      location: record.attributes['location'],
      due: Number(record.attributes['due']),
      at: Math.min(record.time, receivedAt),
      failed: record.attributes['outcome'] === 'failed',
    }));
  const locations = new Set(results.map(({ location }) => location));
  const standings = [...locations].map((location) => {
    const all = results.filter((result) => result.location === location);
    const inOrder = all.filter(({ due }, place) => all.slice(0, place).every((earlier) => earlier.due < due));
    const lastPassed = inOrder.findLastIndex(({ failed }) => !failed);
    return { at: inOrder.at(-1)?.at ?? 0, streak: inOrder.length - 1 - lastPassed };
  });
  const fresh = standings.filter(({ at }) => at + test.staleMs > now);
  if (fresh.length === 0) return 'unknown';
  const failed = fresh.filter(({ streak }) => streak >= (test.streak ?? 1)).length;
  const { agree } = test;
  // Of too few places who all find a failure nobody can tell.
  if (agree !== undefined && failed === fresh.length && failed < agree) return 'unknown';
  const failing = failed >= (agree ?? fresh.length / 2);
  return failing === (test.is === 'failing') ? 'true' : 'false';
}

function heartbeatTruth(test: HeartbeatTest, arrivals: readonly Arrival[], startedAt: Instant, now: Instant): Truth {
  const signs = arrivals
    .filter(({ record: { name, attributes } }) => name === 'heartbeat' && attributes['heartbeat'] === test.heartbeat)
    .map(({ record, receivedAt }) => ({
      state: record.attributes['state'],
      at: Math.min(record.time, receivedAt),
    }))
    .filter(({ state }) => state === 'started' || state === 'succeeded' || state === 'failed');
  const checkIns = signs.filter(({ state }) => isCheckIn(test, state)).map(({ at }) => at);
  const last = Math.max(startedAt, ...checkIns);
  const heardLast = checkIns.includes(last);
  const isLate = now >= lateAt(test, last, heardLast);
  const late: Truth = isLate ? 'true' : checkIns.length === 0 ? 'unknown' : 'false';
  const { longestMs = Number.POSITIVE_INFINITY } = test;
  // A start ends the run before it, which has failed if it went on for too long.
  const ends = signs.flatMap(({ state, at }, place) => {
    if (state !== 'started') return [state === 'failed'];
    const before = signs[place - 1];
    return before?.state === 'started' && at >= before.at + longestMs ? [true] : [];
  });
  const latest = signs.at(-1);
  const isOverrun = latest?.state === 'started' && now >= latest.at + longestMs;
  const lastFailed = ends.at(-1);
  const failed: Truth = isOverrun || lastFailed === true ? 'true' : lastFailed === undefined ? 'unknown' : 'false';
  if (test.is === 'late') return late;
  if (test.is === 'failed') return failed;
  if (late === 'true' || failed === 'true') return 'false';
  return late === 'unknown' || failed === 'unknown' ? 'unknown' : 'true';
}
