import type { Instant } from '#kernel/instant.ts';
import { limits } from '#kernel/limits.ts';
import { type PhaseStretch, type PlanCalendar, phaseCourse } from '#plan/phases.ts';

/** A time of which events are looked at. Half open; without an end it has none yet. */
export interface VouchedSpan {
  readonly from: Instant;
  readonly to: Instant;
}

/** A span of which so many of the first events are chosen. */
export interface SampleSlice extends VouchedSpan {
  readonly count: number;
}

/**
 * When these phases are in force, in order and without overlaps; from T+0 on, where none is named. Nothing without a launch. The last one
 * may end at infinity.
 */
export function spansOf(
  plan: PlanCalendar,
  launch: Instant | undefined,
  during: readonly string[],
): readonly VouchedSpan[] {
  if (launch === undefined) return [];
  if (during.length === 0) return [{ from: launch, to: Number.POSITIVE_INFINITY }];
  const spans: VouchedSpan[] = [];
  const holds = ({ phase }: PhaseStretch): boolean => phase !== undefined && during.includes(phase);
  for (const { from, to } of phaseCourse(plan, launch, launch).filter(holds)) {
    const last = spans.at(-1);
    if (last?.to === from) spans[spans.length - 1] = { from: last.from, to };
    else spans.push({ from, to });
  }
  return spans;
}

/**
 * Of which times samples are chosen, and how many of each: of each span all that are wanted, or `perDay` of each local date in it, as far as
 * there is any until `now` and no more than a review may have.
 */
export function slicesOf(
  spans: readonly VouchedSpan[],
  first: number,
  perDay: boolean,
  timezone: string,
  now: Instant,
): readonly SampleSlice[] {
  const begun = spans.filter(({ from }) => from <= now);
  if (!perDay) return begun.map((span) => ({ ...span, count: Math.min(first, limits.reviewSamples) }));
  const slices: SampleSlice[] = [];
  let left: number = limits.reviewSamples;
  for (const { from, to } of begun) {
    let begin = from;
    while (begin < to && begin <= now && left > 0) {
      const end = Math.min(to, nextDay(begin, timezone));
      const count = Math.min(first, left);
      slices.push({ from: begin, to: end, count });
      left -= count;
      begin = end;
    }
  }
  return slices;
}

/** The first instant of the local date after this one. */
function nextDay(at: Instant, timezone: string): Instant {
  const date = Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(timezone).toPlainDate();
  return date.add({ days: 1 }).toZonedDateTime(timezone).epochMilliseconds;
}
