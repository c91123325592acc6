import type { Instant } from '#kernel/instant.ts';
import type { Clock } from '#kernel/ports.ts';

/** Lets one loop sleep until somebody has work for it or an instant is reached. A ring before the wait is not lost. */
export interface Bell {
  ring(): void;
  wait(until: Instant): Promise<void>;
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
    wait(until) {
      return new Promise((resolve) => {
        const cancel = rung ? undefined : clock.schedule(until, () => wake?.());
        wake = () => {
          wake = undefined;
          rung = false;
          cancel?.();
          resolve();
        };
        if (rung) wake();
      });
    },
  };
}
