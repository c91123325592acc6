import type { Instant } from '#kernel/instant.ts';

/**
 * The next due instant of each of a fixed number of things, numbered from 0. Bringing an instant forward pushes a second
 * entry; the stale one is dropped when it comes up. Ties come in order of number, so that the order never depends on history.
 */
export class DueHeap {
  private readonly scheduled: Float64Array;
  private readonly instants: number[] = [];
  private readonly ids: number[] = [];

  constructor(size: number) {
    this.scheduled = new Float64Array(size).fill(Number.POSITIVE_INFINITY);
  }

  /** Sees to it that `id` comes up at `at` or before. */
  schedule(id: number, at: Instant): void {
    if (at >= (this.scheduled[id] as number)) return;
    this.scheduled[id] = at;
    let index = this.ids.length;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (!this.precedes(at, id, parent)) break;
      this.instants[index] = this.instants[parent] as number;
      this.ids[index] = this.ids[parent] as number;
      index = parent;
    }
    this.instants[index] = at;
    this.ids[index] = id;
  }

  /** The earliest due instant; Infinity when nothing is scheduled. */
  next(): Instant {
    for (;;) {
      const at = this.instants[0];
      if (at === undefined) return Number.POSITIVE_INFINITY;
      if (this.scheduled[this.ids[0] as number] === at) return at;
      this.removeFirst();
    }
  }

  /** Takes out what `next()` found, and returns its number. */
  take(): number {
    const id = this.ids[0] as number;
    this.scheduled[id] = Number.POSITIVE_INFINITY;
    this.removeFirst();
    return id;
  }

  private precedes(at: number, id: number, index: number): boolean {
    const other = this.instants[index] as number;
    return at < other || (at === other && id < (this.ids[index] as number));
  }

  private removeFirst(): void {
    const at = this.instants.pop() as number;
    const id = this.ids.pop() as number;
    const size = this.ids.length;
    if (size === 0) return;
    let index = 0;
    for (;;) {
      let child = index * 2 + 1;
      if (child >= size) break;
      if (child + 1 < size && this.precedes(this.instants[child + 1] as number, this.ids[child + 1] as number, child)) {
        child++;
      }
      if (this.precedes(at, id, child)) break;
      this.instants[index] = this.instants[child] as number;
      this.ids[index] = this.ids[child] as number;
      index = child;
    }
    this.instants[index] = at;
    this.ids[index] = id;
  }
}
