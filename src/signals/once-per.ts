import { hash53 } from '#kernel/hash64.ts';
import type { Instant } from '#kernel/instant.ts';
import { limits } from '#kernel/limits.ts';
import { compileField } from './predicate.ts';
import type { EventRecord } from './record.ts';
import type { NumberReader, NumberWriter } from './snapshot-format.ts';

/** What tells the events of a source apart that takes each value of a field once; undefined for one without the field. */
export function onceHash(field: string): (record: EventRecord) => number | undefined {
  const read = compileField(field);
  return (record) => {
    const value = read(record);
    return value === undefined ? undefined : hash53(String(value));
  };
}

/**
 * `once per field`: of the events with one value of the field, the first that arrived counts, and the next not before
 * `limits.oncePerMs` later. Values are kept as 53-bit hashes, in order of arrival; past `limits.oncePerIds` the oldest are
 * forgotten. An event without the field always counts: nothing says that it repeats another.
 */
export class OncePer {
  private readonly firstAt = new Map<number, Instant>();
  private readonly hashOf: (record: EventRecord) => number | undefined;
  /** It has not heard everything of the time that matters; a store may tell. */
  isCold = true;
  /** Values forgotten before their time because there were too many. */
  forgotten = 0;

  constructor(field: string) {
    this.hashOf = onceHash(field);
  }

  /** Whether the event counts; remembers it if so. */
  admits(record: EventRecord, now: Instant): boolean {
    const hash = this.hashOf(record);
    if (hash === undefined) return true;
    const first = this.firstAt.get(hash);
    if (first !== undefined) {
      if (now - first < limits.oncePerMs) return false;
      // Taken out first, so that the order of the map stays that of arrival.
      this.firstAt.delete(hash);
    }
    this.firstAt.set(hash, now);
    this.forget(now);
    return true;
  }

  write(out: NumberWriter): void {
    out.number(this.forgotten);
    out.number(this.firstAt.size);
    for (const [hash, at] of this.firstAt) {
      out.number(hash);
      out.number(at);
    }
  }

  restore(from: NumberReader, isCold: boolean): void {
    this.isCold = isCold;
    this.forgotten = from.number();
    for (let left = from.number(); left > 0; left--) {
      const hash = from.number();
      this.firstAt.set(hash, from.number());
    }
  }

  /** Takes over when values first came in the time before it listened, as a store tells them. */
  recall(before: ReadonlyMap<number, Instant>): void {
    if (!this.isCold) return;
    this.isCold = false;
    const own = [...this.firstAt];
    this.firstAt.clear();
    for (const [hash, at] of before) this.firstAt.set(hash, at);
    for (const [hash, at] of own) {
      const first = this.firstAt.get(hash);
      if (first !== undefined && at - first < limits.oncePerMs) continue;
      this.firstAt.delete(hash);
      this.firstAt.set(hash, at);
    }
  }

  /** Two a call at most: one comes in, so the map shrinks while there is anything old. */
  private forget(now: Instant): void {
    let looked = 0;
    for (const [hash, at] of this.firstAt) {
      const full = this.firstAt.size > limits.oncePerIds;
      if (looked++ >= 2 || (now - at < limits.oncePerMs && !full)) return;
      if (now - at < limits.oncePerMs) this.forgotten++;
      this.firstAt.delete(hash);
    }
  }
}
