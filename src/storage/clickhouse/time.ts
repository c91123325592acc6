import type { Instant } from '#kernel/instant.ts';

/** An instant as a `DateTime64(3)` of an input row: seconds and milliseconds since 1970, which no time zone changes. */
export function clickHouseTime(at: Instant): string {
  const seconds = Math.floor(at / 1_000);
  return `${seconds}.${String(at - seconds * 1_000).padStart(3, '0')}`;
}
