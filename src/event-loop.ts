import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { DurationMs } from '#kernel/instant.ts';
import type { Clock } from '#kernel/ports.ts';

/** Each is a wake-up of a process that may have nothing else to do: at 10 ms they were a third of a per cent of a core. */
const RESOLUTION_MS = 50;
const EVERY_MS = 10_000;
const NANOSECONDS = 1e6;

/** Measures how late this process does what is due. Returns the 99th percentile of the last whole 10 seconds; undefined before those. */
export function watchEventLoop(clock: Clock): () => DurationMs | undefined {
  const histogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  let last: DurationMs | undefined;
  histogram.enable();
  const next = (): void => {
    clock.after(EVERY_MS, () => {
      // The histogram holds the time between two of its timers, the time that it meant to wait included.
      last = Math.max(0, histogram.percentile(99) / NANOSECONDS - RESOLUTION_MS);
      histogram.reset();
      next();
    });
  };
  next();
  return () => last;
}
