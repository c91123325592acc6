import type { DurationMs, Instant } from '#kernel/instant.ts';
import type { Clock } from '#kernel/ports.ts';

/** Lets one loop sleep until somebody has work for it or an instant is reached, but only so long. A ring before the wait is not lost. */
export interface Bell {
  ring(): void;
  wait(mostMs: DurationMs, until?: Instant): Promise<void>;
}

/** A bell on this clock, for one waiting loop. */
export function createBell(clock: Clock): Bell {
  let rung = false;
  let wake: (() => void) | undefined;
  return {
    ring() {
      rung = true;
      wake?.();
    },
    wait(mostMs, until) {
      return new Promise((resolve) => {
        const cancelPause = rung ? undefined : clock.after(mostMs, () => wake?.());
        const cancelInstant = rung || until === undefined ? undefined : clock.schedule(until, () => wake?.());
        wake = () => {
          wake = undefined;
          rung = false;
          cancelPause?.();
          cancelInstant?.();
          resolve();
        };
        if (rung) wake();
      });
    },
  };
}
