import { type DurationMs, HOUR_MS, type Instant } from '#kernel/instant.ts';
import { limits } from '#kernel/limits.ts';
import type { AvailabilityFigure } from '#plan/availability-figure.ts';
import type { PhaseLine } from '#plan/phases.ts';

/** How the time of an availability is cut. It is read at the results of its targets, and at each multiple of the step. */
export interface AvailabilityShape {
  readonly stepMs: DurationMs;
  /** Slots of the ring of steps; one for a window that never moves. */
  readonly capacity: number;
  /** Where the window begins; Infinity while it has not. */
  readonly begin: (now: Instant) => Instant;
  /** The step that an instant within the window belongs to. */
  readonly bucketOf: (at: Instant) => number;
  /** Where that step begins. */
  readonly startOf: (bucket: number) => Instant;
  /** Where it ends. */
  readonly endOf: (bucket: number) => Instant;
  /** The next instant at which it says something else by itself. */
  readonly nextAfter: (now: Instant) => Instant;
}

const MIDNIGHTS_APART_MS = 26 * HOUR_MS;

/** What the windows of the calendar are measured by. */
export interface PlanTime {
  readonly launch: Instant | undefined;
  readonly phases: PhaseLine;
}

/** Sliding windows cover ⌊now/g⌋·g − ⌈W/g⌉·g to now, with g = W/600 in whole seconds. */
export function availabilityShape(figure: AvailabilityFigure, { launch, phases }: PlanTime): AvailabilityShape {
  const { window, timezone = 'UTC' } = figure;
  if (window.kind === 'since launch') {
    const from = launch ?? Number.POSITIVE_INFINITY;
    const stepMs = limits.availabilityCalendarStepMs;
    return {
      stepMs,
      capacity: 1,
      begin: (now) => (from <= now ? from : Number.POSITIVE_INFINITY),
      bucketOf: () => 0,
      startOf: () => from,
      endOf: () => Number.POSITIVE_INFINITY,
      nextAfter: multipleAfter(stepMs),
    };
  }
  if (window.kind === 'this phase') {
    const stepMs = limits.availabilityCalendarStepMs;
    const next = multipleAfter(stepMs);
    // Each phase is a step, and only that in force is asked about.
    return {
      stepMs,
      capacity: 1,
      begin: (now) => phases.beginAt(now),
      bucketOf: (at) => phases.placeAt(at),
      startOf: (bucket) => phases.stretches[bucket]?.from ?? Number.POSITIVE_INFINITY,
      endOf: (bucket) => phases.stretches[bucket]?.to ?? Number.POSITIVE_INFINITY,
      nextAfter: (now) => Math.min(next(now), phases.changeAfter(now)),
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
    startOf: (bucket) => bucket * stepMs,
    endOf: (bucket) => (bucket + 1) * stepMs,
    nextAfter: multipleAfter(stepMs),
  };
}

function multipleAfter(stepMs: DurationMs): (now: Instant) => Instant {
  return (now) => (Math.floor(now / stepMs) + 1) * stepMs;
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
