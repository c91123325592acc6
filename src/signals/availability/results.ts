import type { DurationMs, Instant } from '#kernel/instant.ts';
import type { Availability, Run } from '#plan/availability.ts';
import type { NumberReader, NumberWriter } from '../snapshot-format.ts';

const STATES: readonly Availability[] = ['unknown', 'up', 'down'];

/** The latest results of one location, in the order of their time. */
export class LocationResults {
  private readonly times: Instant[] = [];
  private readonly states: Availability[] = [];
  private joined: readonly Run[] | undefined;

  get latestAt(): Instant {
    return this.times.at(-1) ?? Number.NEGATIVE_INFINITY;
  }

  get earliestAt(): Instant {
    return this.times[0] ?? Number.POSITIVE_INFINITY;
  }

  /** Of two results at one instant the one that came later counts. */
  add(at: Instant, state: Availability): void {
    let place = this.times.length;
    while (place > 0 && (this.times[place - 1] as Instant) > at) place--;
    this.times.splice(place, 0, at);
    this.states.splice(place, 0, state);
    this.joined = undefined;
  }

  /** Forgets all before an instant but the last, which may hold beyond it. */
  forget(before: Instant): void {
    let count = 0;
    while (count + 1 < this.times.length && (this.times[count + 1] as Instant) <= before) count++;
    if (count === 0) return;
    this.times.splice(0, count);
    this.states.splice(0, count);
    this.joined = undefined;
  }

  /** Neighbours that say the same and follow one another while fresh are one run. */
  runs(staleMs: DurationMs): readonly Run[] {
    if (this.joined !== undefined) return this.joined;
    const runs: { from: Instant; last: Instant; state: Availability }[] = [];
    for (const [place, at] of this.times.entries()) {
      const state = this.states[place] ?? 'unknown';
      const before = runs.at(-1);
      if (before?.state === state && at - before.last <= staleMs) before.last = at;
      else runs.push({ from: at, last: at, state });
    }
    this.joined = runs;
    return runs;
  }

  write(out: NumberWriter): void {
    out.number(this.times.length);
    for (const [place, at] of this.times.entries()) {
      out.number(at);
      out.number(STATES.indexOf(this.states[place] ?? 'unknown'));
    }
  }

  restore(from: NumberReader): void {
    for (let left = from.number(); left > 0; left--) {
      const at = from.number();
      this.add(at, STATES[from.number()] ?? 'unknown');
    }
  }
}
