import type { DurationMs } from '#kernel/instant.ts';

/**
 * How long to wait before attempt `attempt + 1`: doubling from `firstMs` to `mostMs`, and of that a random part between a
 * half and the whole, so that many waiters do not come back together. `fraction` is uniform in [0, 1).
 */
export function backoffMs(attempt: number, firstMs: DurationMs, mostMs: DurationMs, fraction: number): DurationMs {
  const whole = Math.min(mostMs, firstMs * 2 ** Math.min(attempt - 1, 30));
  return Math.round(whole / 2 + (whole / 2) * fraction);
}
