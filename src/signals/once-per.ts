import { hash53 } from '#kernel/hash64.ts';
import type { Instant } from '#kernel/instant.ts';
import { limits } from '#kernel/limits.ts';
import { compileField, type FieldReader } from './predicate.ts';
import type { EventRecord } from './record.ts';
import type { NumberReader, NumberWriter } from './snapshot-format.ts';

/**
 * `once per field`: of the events with one value of the field, the first that arrived counts, and the next not before
 * `limits.oncePerMs` later. Values are kept as 53-bit hashes, in order of arrival; past `limits.oncePerIds` the oldest are
 * forgotten. An event without the field always counts: nothing says that it repeats another.
 */
export class OncePer {
  private readonly firstAt = new Map<number, Instant>();
  private readonly read: FieldReader;
  /** Values forgotten before their time because there were too many. */
  forgotten = 0;

  constructor(field: string) {
    this.read = compileField(field);
  }

  /** Whether the event counts; remembers it if so. */
  admits(record: EventRecord, now: Instant): boolean {
    const value = this.read(record);
    if (value === undefined) return true;
    const hash = hash53(String(value));
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

  restore(from: NumberReader): void {
    this.forgotten = from.number();
    for (let left = from.number(); left > 0; left--) {
      const hash = from.number();
      this.firstAt.set(hash, from.number());
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
