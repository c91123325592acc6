import { WatchbillError } from '#kernel/error-codes.ts';
import { DAY_MS, type Instant, parseInstant } from '#kernel/instant.ts';
import { limits } from '#kernel/limits.ts';

/** A range as a page asks for it: the last 24 hours unless given. Throws `invalid-request` for one that is none, or too long. */
export function readRange(
  given: { readonly from?: string; readonly to?: string },
  now: Instant,
): { readonly from: Instant; readonly to: Instant } {
  const to = (given.to === undefined ? undefined : parseInstant(given.to)) ?? now;
  const from = (given.from === undefined ? undefined : parseInstant(given.from)) ?? to - DAY_MS;
  if (from >= to) throw new WatchbillError('invalid-request', 'The range ends before it begins.', 'from');
  if (to - from > limits.seriesRangeMs) {
    throw new WatchbillError('invalid-request', 'A range is at most 400 days long.', 'from');
  }
  return { from, to };
}
