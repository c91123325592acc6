import type { DurationMs, Instant } from '#kernel/instant.ts';
import type { Clock } from '#kernel/ports.ts';

/** Time that moves only when a test says so. */
export interface VirtualClock extends Clock {
  /** Moves on and runs what became due, in its order. */
  advance(ms: DurationMs): void;
}

export function createVirtualClock(start: Instant): VirtualClock {
  let now = start;
  const entries = new Set<{ readonly at: Instant; readonly run: () => void }>();
  const schedule: Clock['schedule'] = (at, run) => {
    const entry = { at, run };
    entries.add(entry);
    return () => entries.delete(entry);
  };
  return {
    now: () => now,
    monotonicMs: () => now - start,
    schedule,
    after: (delayMs, run) => schedule(now + delayMs, run),
    advance(ms) {
      const end = now + ms;
      for (;;) {
        const due = [...entries].filter((entry) => entry.at <= end).sort((left, right) => left.at - right.at)[0];
        if (due === undefined) break;
        entries.delete(due);
        now = Math.max(now, due.at);
        due.run();
      }
      now = end;
    },
  };
}
