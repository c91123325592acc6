import type { Instant } from '#kernel/instant.ts';
import { limits } from '#kernel/limits.ts';
import { agreedState } from '#plan/availability.ts';
import type { ProbeTest } from '#plan/model.ts';
import type { EventRecord } from '../record.ts';
import type { NumberReader, NumberWriter } from '../snapshot-format.ts';
import { CHECK_EVENT, type Judgement, numberAttribute, textAttribute, Watch } from './watch.ts';

/** The results of a probe from one location. */
interface Location {
  /** Of the last measured result; what is told later of an earlier one says nothing new. */
  dueAt: Instant;
  /** When it ended. */
  at: Instant;
  /** Failures in a row; 0 when the last one passed. */
  streak: number;
  /** Of the first of them. */
  since: Instant;
  /** −Infinity until one has passed. */
  passedAt: Instant;
  message: string;
}

/**
 * Judges a probe by the last measured result of each location that is not stale. What could not be measured counts neither for nor against
 * the target: the result before it holds until it is stale, and then nothing is known.
 */
export class ProbeWatch extends Watch<ProbeTest> {
  private readonly locations: Map<string, Location> = new Map();

  hear(record: EventRecord, now: Instant): boolean {
    const outcome = record.attributes['outcome'];
    if (record.name !== CHECK_EVENT || record.attributes['probe'] !== this.test.probe) return false;
    if (record.attributes['part'] !== this.test.part || (outcome !== 'passed' && outcome !== 'failed')) return false;
    const name = textAttribute(record, 'location') ?? '';
    const at = Math.min(record.time, now);
    const dueAt = numberAttribute(record, 'due') ?? at;
    const before = this.locations.get(name);
    if (before === undefined ? !this.hasRoom(now) : dueAt <= before.dueAt) return false;
    const location = before ?? { dueAt, at, streak: 0, since: at, passedAt: Number.NEGATIVE_INFINITY, message: '' };
    location.dueAt = dueAt;
    location.at = at;
    if (outcome === 'passed') {
      location.streak = 0;
      location.passedAt = at;
      location.message = '';
    } else {
      location.streak += 1;
      if (location.streak === 1) location.since = at;
      location.message = textAttribute(record, 'message') ?? textAttribute(record, 'reason') ?? '';
    }
    this.locations.set(name, location);
    return true;
  }

  /** A result says nothing longer because nobody listened. */
  skip(): void {}

  nextAfter(now: Instant): Instant {
    let next = Number.POSITIVE_INFINITY;
    for (const { at } of this.locations.values()) {
      const stale = at + this.test.staleMs;
      if (stale > now && stale < next) next = stale;
    }
    return next;
  }

  /** Whether another location can be known. It takes the place of the one that has said nothing for longest, once that is stale. */
  private hasRoom(now: Instant): boolean {
    if (this.locations.size <= limits.probeLocations) return true;
    const [longest] = [...this.locations].toSorted(([, left], [, right]) => left.at - right.at);
    if (longest === undefined || longest[1].at + this.test.staleMs > now) return false;
    return this.locations.delete(longest[0]);
  }

  protected evaluate(now: Instant): Judgement {
    const { is, streak: wanted = 1, agree, staleMs } = this.test;
    const fresh = [...this.locations.values()].filter(({ at }) => now < at + staleMs);
    const failing = fresh.filter(({ streak }) => streak >= wanted);
    const against = this.test.streak === undefined ? [] : [wanted];
    // The longest row of failures tells most.
    const [worst] = fresh.toSorted((left, right) => right.streak - left.streak);
    const passedAt = Math.max(...[...this.locations.values()].map((location) => location.passedAt));
    const found = {
      ...(worst === undefined || worst.message === '' ? {} : { message: worst.message }),
      ...(worst === undefined || worst.streak === 0 ? {} : { since: worst.since, streak: worst.streak }),
      ...(Number.isFinite(passedAt) ? { passedAt } : {}),
    };
    if (worst === undefined) {
      const reading = { state: 'no data', reason: 'not-measured', sampleSize: 0, at: now } as const;
      return { truth: 'unknown', reading, against, found };
    }
    const state = agreedState(fresh.length - failing.length, failing.length, agree);
    if (state === 'unknown') {
      const reading = { state: 'no data', reason: 'too-few-places', sampleSize: fresh.length, at: now } as const;
      return { truth: 'unknown', reading, against, found };
    }
    const reading = { state: 'value', value: worst.streak, sampleSize: fresh.length, at: now } as const;
    return { truth: (state === 'down') === (is === 'failing') ? 'true' : 'false', reading, against, found };
  }

  protected writeState(out: NumberWriter): void {
    out.number(this.locations.size);
    for (const [name, { dueAt, at, streak, since, passedAt, message }] of this.locations) {
      out.text(name);
      for (const value of [dueAt, at, streak, since, passedAt]) out.number(value);
      out.text(message);
    }
  }

  protected restoreState(from: NumberReader): void {
    this.locations.clear();
    for (let left = from.number(); left > 0; left--) {
      const name = from.text();
      const [dueAt, at, streak, since, passedAt] = [0, 0, 0, 0, 0].map(() => from.number()) as [
        number,
        number,
        number,
        number,
        number,
      ];
      this.locations.set(name, { dueAt, at, streak, since, passedAt, message: from.text() });
    }
  }
}
