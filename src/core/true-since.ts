import type { DurationMs, Instant } from '#kernel/instant.ts';
import type { Truth } from '#plan/reading.ts';
import type { Judgement } from './model.ts';

/** Since when something has been true without a break; while it is suspended, no time passes for it. */
export type TrueSince = Judgement['trueSince'][string];

/**
 * Moves one `for` on to `at`. True starts or keeps the count, false ends it, unknown suspends it: time in which nobody knew does not
 * count towards the duration and does not take away what was counted before.
 */
export function advanceTrueSince(
  before: TrueSince | undefined,
  inner: Truth,
  ms: DurationMs,
  at: Instant,
): { readonly entry?: TrueSince; readonly truth: Truth } {
  if (inner === 'false') return { truth: 'false' };
  if (inner === 'unknown') {
    if (before === undefined) return { truth: 'unknown' };
    return { entry: before.suspendedAt === undefined ? { ...before, suspendedAt: at } : before, truth: 'unknown' };
  }
  const entry = resumed(before, at);
  return { entry, truth: at - entry.since >= ms ? 'true' : 'false' };
}

function resumed(before: TrueSince | undefined, at: Instant): TrueSince {
  if (before === undefined) return { since: at };
  if (before.suspendedAt === undefined) return before;
  return { since: before.since + Math.max(0, at - before.suspendedAt) };
}

/** When a count that started so will be complete; undefined while it is suspended or when it is complete at `at`. */
export function completesAt(entry: TrueSince, ms: DurationMs, at: Instant): Instant | undefined {
  if (entry.suspendedAt !== undefined) return undefined;
  const due = entry.since + ms;
  return due > at ? due : undefined;
}

/** A count that time has passed over without anybody knowing; one that was suspended stays so. */
export function laterBy(count: TrueSince, gapMs: DurationMs): TrueSince {
  if (count.suspendedAt === undefined) return { since: count.since + gapMs };
  return { since: count.since + gapMs, suspendedAt: count.suspendedAt + gapMs };
}
