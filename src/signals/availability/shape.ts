import { type DurationMs, HOUR_MS, type Instant } from '#kernel/instant.ts';
import { limits } from '#kernel/limits.ts';
import type { AvailabilityFigure } from '#plan/availability-figure.ts';

/** How the time of an availability is cut. It is read at the results of its targets, and at each multiple of the step. */
export interface AvailabilityShape {
  readonly stepMs: DurationMs;
  /** Slots of the ring of steps; one for a window that never moves. */
  readonly capacity: number;
  /** Where the window begins; Infinity while it has not. */
  readonly begin: (now: Instant) => Instant;
  /** The step that an instant within the window belongs to. */
  readonly bucketOf: (at: Instant) => number;
  /** Where that step ends. */
  readonly endOf: (bucket: number) => Instant;
}

const MIDNIGHTS_APART_MS = 26 * HOUR_MS;

/** Sliding windows cover ⌊now/g⌋·g − ⌈W/g⌉·g to now, with g = W/600 in whole seconds. */
export function availabilityShape(figure: AvailabilityFigure, launch: Instant | undefined): AvailabilityShape {
  const { window, timezone = 'UTC' } = figure;
  if (window.kind === 'since launch') {
    const from = launch ?? Number.POSITIVE_INFINITY;
    return {
      stepMs: limits.availabilityCalendarStepMs,
      capacity: 1,
      begin: (now) => (from <= now ? from : Number.POSITIVE_INFINITY),
      bucketOf: () => 0,
      endOf: () => Number.POSITIVE_INFINITY,
    };
  }
  const isToday = window.kind === 'today';
  const stepMs = isToday ? limits.availabilityCalendarStepMs : stepOf(window.ms);
  const steps = Math.ceil((isToday ? MIDNIGHTS_APART_MS : window.ms) / stepMs);
  return {
    stepMs,
    capacity: steps + 2 + Math.ceil((2 * limits.lateMs) / stepMs),
    begin: isToday ? midnights(timezone) : (now) => (Math.floor(now / stepMs) - steps) * stepMs,
    bucketOf: (at) => Math.floor(at / stepMs),
    endOf: (bucket) => (bucket + 1) * stepMs,
  };
}

function stepOf(windowMs: DurationMs): DurationMs {
  const { windowSteps, availabilityStepMs } = limits;
  return Math.max(1, Math.ceil(windowMs / windowSteps / availabilityStepMs)) * availabilityStepMs;
}

/** The last local midnight at an instant; it is worked out once a day. */
function midnights(timezone: string): (now: Instant) => Instant {
  let day = { from: 0, to: 0 };
  return (now) => {
    if (now < day.from || now >= day.to) {
      const today = Temporal.Instant.fromEpochMilliseconds(now).toZonedDateTimeISO(timezone).startOfDay();
      day = { from: today.epochMilliseconds, to: today.add({ days: 1 }).startOfDay().epochMilliseconds };
    }
    return day.from;
  };
}
