import { limits } from '#kernel/limits.ts';
import type { GroupKey } from '#plan/reading.ts';
import type { MeasuredRows } from '../batch/measured-rows.ts';
import type { NumberReader, NumberWriter } from '../snapshot-format.ts';
import { Aggregate } from './aggregate.ts';
import { HyperLogLog } from './hyperloglog.ts';
import type { WindowShape } from './step.ts';

/**
 * `unique`: exact up to `limits.exactUniques` distinct values, then HyperLogLog until the window has been empty once, since
 * what was only sketched cannot be counted again. Values are 53-bit hashes (`hash53`).
 *
 * While exact, each hash is kept once with the number of buckets that hold it, and each bucket keeps the set of its hashes.
 */
export class UniqueAggregate extends Aggregate {
  private readonly exact: (Set<number> | undefined)[];
  private readonly sketches: (HyperLogLog | undefined)[];
  /** Buckets that are covered and hold the hash. Its size is the figure. */
  private readonly holders = new Map<number, number>();
  /** Entries of all buckets together. */
  private held = 0;
  private sketched = false;
  private sketch: HyperLogLog | undefined;
  private cached: number | undefined;

  constructor(key: GroupKey, shape: WindowShape) {
    super(key, shape);
    this.exact = new Array<Set<number> | undefined>(shape.capacity).fill(undefined);
    this.sketches = new Array<HyperLogLog | undefined>(shape.capacity).fill(undefined);
  }

  override put(slot: number, covers: boolean, value: number): void {
    if (this.sketched) {
      this.slotSketch(slot).add(value);
      if (!covers) return;
      this.sketch?.add(value);
      this.cached = undefined;
      return;
    }
    let hashes = this.exact[slot];
    if (hashes === undefined) {
      hashes = new Set();
      this.exact[slot] = hashes;
    }
    if (hashes.has(value)) return;
    hashes.add(value);
    this.held++;
    if (covers) {
      this.holders.set(value, (this.holders.get(value) ?? 0) + 1);
    }
    this.sketchIfTooMany();
  }

  /** Each different value once: a repetition within the run changes nothing. */
  override putRun(slot: number, covers: boolean, run: MeasuredRows, from: number, to: number): void {
    const { rows, values } = run;
    const codes = run.codes();
    const seen = run.beginSeen();
    const { seenIn } = run;
    for (let index = from; index < to; index++) {
      const row = rows[index] as number;
      const code = codes[row] as number;
      if (seenIn[code] === seen) continue;
      seenIn[code] = seen;
      this.put(slot, covers, values[row] as number);
    }
  }

  override enter(slot: number): void {
    if (this.sketched) {
      this.sketch?.addAll(this.slotSketch(slot));
      this.cached = undefined;
      return;
    }
    for (const hash of this.exact[slot] ?? []) this.holders.set(hash, (this.holders.get(hash) ?? 0) + 1);
    this.sketchIfTooMany();
  }

  override leave(slot: number): void {
    this.sketches[slot] = undefined;
    this.cached = undefined;
    const hashes = this.exact[slot];
    this.exact[slot] = undefined;
    if (this.sketched || hashes === undefined) return;
    this.held -= hashes.size;
    for (const hash of hashes) {
      const holders = (this.holders.get(hash) ?? 1) - 1;
      if (holders === 0) this.holders.delete(hash);
      else this.holders.set(hash, holders);
    }
  }

  override settle(first: number, length: number): void {
    if (!this.sketched) return;
    if (this.covered + this.ahead === 0) {
      this.sketched = false;
      this.sketch = undefined;
      return;
    }
    this.mergeSketches(first, length);
  }

  override value(): number {
    if (!this.sketched) return this.holders.size;
    this.cached ??= this.sketch?.estimate() ?? 0;
    return this.cached;
  }

  override writeSlot(slot: number, out: NumberWriter): void {
    out.number(this.sketched ? 1 : 0);
    if (this.sketched) {
      this.slotSketch(slot).write(out);
      return;
    }
    const hashes = this.exact[slot];
    out.number(hashes?.size ?? 0);
    for (const hash of hashes ?? []) out.number(hash);
  }

  override readSlot(slot: number, from: NumberReader, covers: boolean): void {
    if (from.number() === 1) {
      this.sketched = true;
      this.sketch ??= new HyperLogLog();
      this.slotSketch(slot).read(from);
      if (covers) this.sketch.addAll(this.slotSketch(slot));
      return;
    }
    for (let left = from.number(); left > 0; left--) this.put(slot, covers, from.number());
  }

  override writeTotal(): void {}
  override readTotal(): void {}

  /** What is covered decides. The second bound is only ever reached by buckets of the near future. */
  private sketchIfTooMany(): void {
    if (this.holders.size <= limits.exactUniques && this.held <= limits.exactUniques * 64) return;
    this.sketched = true;
    this.sketch = new HyperLogLog();
    for (const hash of this.holders.keys()) this.sketch.add(hash);
    for (const [slot, hashes] of this.exact.entries()) {
      for (const hash of hashes ?? []) this.slotSketch(slot).add(hash);
      this.exact[slot] = undefined;
    }
    this.holders.clear();
    this.held = 0;
    this.cached = undefined;
  }

  private mergeSketches(first: number, length: number): void {
    const sketch = this.sketch ?? new HyperLogLog();
    sketch.clear();
    for (let index = 0; index < length; index++) {
      const part = this.sketches[(first + index) % this.sketches.length];
      if (part !== undefined) sketch.addAll(part);
    }
    this.sketch = sketch;
    this.cached = undefined;
  }

  private slotSketch(slot: number): HyperLogLog {
    let sketch = this.sketches[slot];
    if (sketch === undefined) {
      sketch = new HyperLogLog();
      this.sketches[slot] = sketch;
    }
    return sketch;
  }
}
