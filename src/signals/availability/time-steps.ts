import type { Instant } from '#kernel/instant.ts';
import type { Segment, Times } from '#plan/availability.ts';
import type { NumberReader, NumberWriter } from '../snapshot-format.ts';
import type { AvailabilityShape } from './shape.ts';

export type KnownTimes = Pick<Times, 'upMs' | 'downMs'>;

/** How long something was up and down in each step of a window, in a ring. */
export class TimeSteps {
  private readonly shape: AvailabilityShape;
  private readonly buckets: Float64Array;
  private readonly upMs: Float64Array;
  private readonly downMs: Float64Array;
  /** Of each step and all after it; worked out when it is asked for after a change. */
  private readonly sinceUpMs: Float64Array;
  private readonly sinceDownMs: Float64Array;
  /** The latest step of these; undefined after a change. */
  private newest: number | undefined;

  constructor(shape: AvailabilityShape) {
    this.shape = shape;
    this.buckets = new Float64Array(shape.capacity).fill(-1);
    this.upMs = new Float64Array(shape.capacity);
    this.downMs = new Float64Array(shape.capacity);
    this.sinceUpMs = new Float64Array(shape.capacity);
    this.sinceDownMs = new Float64Array(shape.capacity);
  }

  /** Adds a course; `begin` is where the window begins or later. */
  add(course: readonly Segment[], begin: Instant): void {
    for (const { from, to, state } of course) {
      if (state === 'unknown') continue;
      for (let at = Math.max(from, begin); at < to; ) {
        const bucket = this.shape.bucketOf(at);
        const end = Math.min(to, this.shape.endOf(bucket));
        const known = end - at;
        this.addTo(bucket, state === 'up' ? { upMs: known, downMs: 0 } : { upMs: 0, downMs: known });
        at = end;
      }
    }
  }

  addTo(bucket: number, { upMs, downMs }: KnownTimes): void {
    const slot = bucket % this.shape.capacity;
    if (this.buckets[slot] !== bucket) this.empty(bucket);
    this.upMs[slot] = (this.upMs[slot] as number) + upMs;
    this.downMs[slot] = (this.downMs[slot] as number) + downMs;
    this.newest = undefined;
  }

  /** Nothing is known of a step any more. */
  empty(bucket: number): void {
    const slot = bucket % this.shape.capacity;
    this.buckets[slot] = bucket;
    this.upMs[slot] = 0;
    this.downMs[slot] = 0;
    this.newest = undefined;
  }

  of(bucket: number): KnownTimes {
    const slot = bucket % this.shape.capacity;
    if (this.buckets[slot] !== bucket) return { upMs: 0, downMs: 0 };
    return { upMs: this.upMs[slot] as number, downMs: this.downMs[slot] as number };
  }

  /** Of a step and all after it. Steps are asked about at each result, and change every few minutes. */
  since(first: number): KnownTimes {
    this.newest ??= this.sumUp();
    if (first > this.newest) return { upMs: 0, downMs: 0 };
    const { capacity } = this.shape;
    const slot = Math.max(first, this.newest - capacity + 1, 0) % capacity;
    return { upMs: this.sinceUpMs[slot] as number, downMs: this.sinceDownMs[slot] as number };
  }

  /** Sums from the latest step, which is returned, to the oldest; what is older than the ring is long counts no longer. */
  private sumUp(): number {
    const { capacity } = this.shape;
    let newest = -1;
    // An iterator would cost more than all else.
    for (let slot = 0; slot < capacity; slot++) newest = Math.max(newest, this.buckets[slot] as number);
    let upMs = 0;
    let downMs = 0;
    for (let bucket = newest; bucket > newest - capacity && bucket >= 0; bucket--) {
      const slot = bucket % capacity;
      if (this.buckets[slot] === bucket) {
        upMs += this.upMs[slot] as number;
        downMs += this.downMs[slot] as number;
      }
      this.sinceUpMs[slot] = upMs;
      this.sinceDownMs[slot] = downMs;
    }
    return newest;
  }

  write(out: NumberWriter): void {
    const slots = [...this.buckets.keys()].filter((slot) => (this.buckets[slot] as number) >= 0);
    out.number(slots.length);
    for (const slot of slots) {
      for (const value of [this.buckets, this.upMs, this.downMs]) out.number(value[slot] as number);
    }
  }

  restore(from: NumberReader): void {
    for (let left = from.number(); left > 0; left--) {
      const bucket = from.number();
      this.empty(bucket);
      this.addTo(bucket, { upMs: from.number(), downMs: from.number() });
    }
  }
}
