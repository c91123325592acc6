import type { Instant } from '#kernel/instant.ts';
import type { Clock } from '#kernel/ports.ts';

/** How long a jump of the wall clock may go unnoticed. Also keeps every timer far below the 2^31 ms where they fire at once. */
const RECHECK_MS = 1_000;

interface Entry {
  /** How long it still has to wait; 0 or less when it is due. */
  leftMs(): number;
  readonly run: () => void;
}

/** The host's own time and timer, as arguments so that the tests of this file need not wait. */
export interface TimeSource {
  now(): Instant;
  monotonicMs(): number;
  startTimer(run: () => void, delayMs: number): () => void;
}

const host: TimeSource = {
  now: () => Date.now(),
  monotonicMs: () => performance.now(),
  startTimer: (run, delayMs) => {
    // A timer of Node waits for a millisecond at least; what is due now only has to let connections be looked at first.
    if (delayMs <= 0) {
      const immediate = setImmediate(run);
      return () => clearImmediate(immediate);
    }
    const timer = setTimeout(run, delayMs);
    return () => clearTimeout(timer);
  },
};

/**
 * The real clock. All entries share one timer, which never sleeps longer than a second and then compares with the
 * clocks again: a due instant can neither drift nor be missed by a jump. Entries that are due together run the one that
 * has waited longest first; one that throws does not keep the others from running.
 */
export function createSystemClock(source: TimeSource = host): Clock {
  const entries = new Set<Entry>();
  let timer: { readonly firesAt: number; readonly cancel: () => void } | undefined;

  function arm(): void {
    let next = Number.POSITIVE_INFINITY;
    for (const entry of entries) next = Math.min(next, entry.leftMs());
    if (next === Number.POSITIVE_INFINITY) {
      timer?.cancel();
      timer = undefined;
      return;
    }
    // Timers of hosts drop parts of a millisecond, and what then is not due yet would cost another one.
    const delayMs = Math.ceil(Math.max(0, Math.min(RECHECK_MS, next)));
    const firesAt = source.monotonicMs() + delayMs;
    if (timer !== undefined && timer.firesAt <= firesAt) return;
    timer?.cancel();
    timer = { firesAt, cancel: source.startTimer(fire, delayMs) };
  }

  function fire(): void {
    timer = undefined;
    // A Set keeps the order of scheduling and the sort is stable: the same instant runs first come, first served.
    const due = [...entries]
      .map((entry) => ({ entry, leftMs: entry.leftMs() }))
      .filter(({ leftMs }) => leftMs <= 0)
      .sort((left, right) => left.leftMs - right.leftMs);
    try {
      for (const { entry } of due) {
        // An earlier entry may have cancelled this one.
        if (entries.delete(entry)) entry.run();
      }
    } finally {
      arm();
    }
  }

  function add(leftMs: () => number, run: () => void): () => void {
    const entry = { leftMs, run };
    entries.add(entry);
    arm();
    return () => {
      if (entries.delete(entry) && entries.size === 0) arm();
    };
  }

  return {
    now: source.now,
    monotonicMs: source.monotonicMs,
    schedule: (at, run) => add(() => at - source.now(), run),
    after(delayMs, run) {
      const until = source.monotonicMs() + delayMs;
      return add(() => until - source.monotonicMs(), run);
    },
  };
}
