/**
 * An instant: whole milliseconds since the Unix epoch, UTC.
 * A plain number, because windows and tests compare millions of them a second; calendars and zones use `Temporal`.
 */
export type Instant = number;

/** A span of absolute time in milliseconds. */
export type DurationMs = number;

export const SECOND_MS: DurationMs = 1_000;
export const MINUTE_MS: DurationMs = 60_000;
export const HOUR_MS: DurationMs = 3_600_000;
/** The language's `d`: exactly 24 hours, never a calendar day. */
export const DAY_MS: DurationMs = 86_400_000;

/** ISO 8601 in UTC with milliseconds, e.g. `2026-03-02T08:00:00.000Z`. */
export function formatInstant(instant: Instant): string {
  return Temporal.Instant.fromEpochMilliseconds(instant).toString({ smallestUnit: 'millisecond' });
}

/** Reads ISO 8601 with an offset or `Z`; undefined when the text is no instant. */
export function parseInstant(text: string): Instant | undefined {
  try {
    return Temporal.Instant.from(text).epochMilliseconds;
  } catch {
    return undefined;
  }
}

/** Short exact form of a duration for people: `90s` is `1m30s`, `250ms`, `2h`, `1d4h`. */
export function formatDuration(duration: DurationMs): string {
  if (duration < 0) return `-${formatDuration(-duration)}`;
  const parts: string[] = [];
  let rest = Math.round(duration);
  for (const [unit, size] of [
    ['d', DAY_MS],
    ['h', HOUR_MS],
    ['m', MINUTE_MS],
    ['s', SECOND_MS],
  ] as const) {
    const count = Math.floor(rest / size);
    if (count > 0) parts.push(`${count}${unit}`);
    rest -= count * size;
  }
  if (rest > 0 || parts.length === 0) parts.push(`${rest}ms`);
  return parts.join('');
}
