import type { DurationMs } from '#kernel/instant.ts';
import type { Clock } from '#kernel/ports.ts';

/** Resolves once the clock has moved on by `lengthMs`. */
export function pause(clock: Clock, lengthMs: DurationMs): Promise<void> {
  return new Promise((resolve) => {
    clock.after(lengthMs, resolve);
  });
}

/** Waits for `work`, but not longer than `lengthMs`; `late` when it was not done by then. Leaves no timer behind. */
export async function within(clock: Clock, lengthMs: DurationMs, work: Promise<unknown>): Promise<'done' | 'late'> {
  const late = Promise.withResolvers<'late'>();
  const cancel = clock.after(lengthMs, () => late.resolve('late'));
  try {
    return await Promise.race([work.then(() => 'done' as const), late.promise]);
  } finally {
    cancel();
  }
}
