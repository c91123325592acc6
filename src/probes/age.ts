import type { DurationMs, Instant } from '#kernel/instant.ts';
import type { FieldValue } from '#plan/model.ts';

/** Clocks differ: an instant so far ahead of ours is now. */
const AHEAD_MS: DurationMs = 60_000;
/** In seconds this is the year 5138, in milliseconds 1973. */
const MILLISECONDS_FROM = 1e11;
const ISO =
  /^(?<day>\d{4}-\d{2}-\d{2})[T ](?<time>\d{2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?) ?(?<zone>Z|[+-]\d{2}(?::?\d{2})?)$/i;

/**
 * How long before `now` the instant was that a field of an answer holds: ISO 8601 with a zone, or seconds or milliseconds since 1970. Undefined
 * for anything else, and for an instant that lies ahead: a clock that runs wrong says nothing of how fresh an answer is.
 */
export function ageOf(value: FieldValue | undefined, now: Instant): DurationMs | undefined {
  const at = instantOf(value);
  if (at === undefined || at > now + AHEAD_MS) return undefined;
  return Math.max(0, now - at);
}

function instantOf(value: FieldValue | undefined): Instant | undefined {
  if (typeof value === 'number') {
    const ms = Math.abs(value) < MILLISECONDS_FROM ? value * 1_000 : value;
    return Number.isFinite(ms) ? ms : undefined;
  }
  if (typeof value !== 'string') return undefined;
  const { day, time, zone = '' } = ISO.exec(value.trim())?.groups ?? {};
  if (day === undefined || time === undefined) return undefined;
  // PostgreSQL writes `+00`, JavaScript reads `+00:00`.
  const hours = zone.length > 1 ? `${zone.slice(0, 3)}:${zone.slice(3).replace(':', '') || '00'}` : zone;
  const at = Date.parse(`${day}T${time.replace(',', '.')}${hours}`);
  return Number.isFinite(at) ? at : undefined;
}
