import { hash53 } from '#kernel/hash64.ts';
import type { DurationMs, Instant } from '#kernel/instant.ts';
import type { PlanCalendar } from '#plan/phases.ts';
import { phaseAt, phaseBoundaryAfter, valueAt } from '#plan/phases.ts';
import type { Probe } from '#plan/probe.ts';

/**
 * When probes are due. The due instants of an interval are `k * every + offset` in wall time: computed from the clock and never added up,
 * so they do not drift, and the same on every prober and after every start. Pure.
 */

/** Above this an interval's missed instant is made up at a start: the next may be a day away. */
const MADE_UP_ABOVE_MS = 60_000;

/** What is remembered of one probe at one location. */
export interface Progress {
  /** Nothing that was due at or before this is looked at any more. */
  readonly doneUpTo: Instant;
  /** The last result that says something of the target was a failure. */
  readonly isFailing: boolean;
}

/**
 * To wake up from a rest costs several times what a look costs, so of few probes of a plan some look close together: four times a second at
 * least, and not at once, since one that is begun while others are under way takes longer by that. Each length is a part of a second, so that
 * the instants of whole seconds are the same ones. Of many probes each has an instant of its own.
 */
const TOGETHER_MS: readonly DurationMs[] = [250, 125, 50];
const LOOKS_TOGETHER = 8;
const BESIDE_MS = 2;

/** By how much the grid of a plan's probe is moved. */
export interface GridOffset {
  /** Of intervals that are made up: theirs never changes. */
  readonly own: number;
  /** Of shorter ones: beside others of the plan. It may change with how many probes the plan has. */
  readonly shared: number;
}

/** The same for everybody who knows the plan. `probes`: how many it has. */
export function gridOffset(plan: string, probe: string, probes: number): GridOffset {
  const own = hash53(`${plan}/${probe}`);
  const apartMs = TOGETHER_MS.find((ms) => (ms * probes) / 1_000 <= LOOKS_TOGETHER);
  if (apartMs === undefined) return { own, shared: own };
  // Plans do not meet either.
  const together = own - (own % apartMs) + (hash53(plan) % apartMs);
  return { own, shared: together + (Math.floor(own / 1_000) % LOOKS_TOGETHER) * BESIDE_MS };
}

/** The pace in force. */
export interface Pace {
  readonly everyMs: DurationMs;
  /** Moves the grid, so that many probes of one interval do not all begin together. */
  readonly offset: number;
}

/** How often a probe is due now; undefined while it rests. */
export function paceOf(
  probe: Pick<Probe, 'everyMs' | 'whileFailingMs'>,
  phase: string | undefined,
  isFailing: boolean,
  offset: GridOffset,
): Pace | undefined {
  const usualMs = valueAt(probe.everyMs, phase);
  if (usualMs === undefined) return undefined;
  const closerMs = isFailing ? probe.whileFailingMs : undefined;
  const everyMs = closerMs === undefined ? usualMs : Math.min(usualMs, closerMs);
  return { everyMs, offset: everyMs > MADE_UP_ABOVE_MS ? offset.own : offset.shared };
}

/** The latest instant of the grid at or before `now`. */
export function gridAtOrBefore({ everyMs, offset }: Pace, now: Instant): Instant {
  const shift = offset % everyMs;
  return Math.floor((now - shift) / everyMs) * everyMs + shift;
}

/**
 * Where a prober that starts, or begins with a probe, takes it up. What was due while nobody ran is not made up; only of a long interval the
 * last instant is, when it has no result yet.
 */
export function takeUp(
  pace: Pace | undefined,
  last: { readonly dueAt: Instant; readonly isFailing: boolean } | undefined,
  now: Instant,
): Progress {
  const isFailing = last?.isFailing ?? false;
  const doneUpTo = last?.dueAt ?? Number.NEGATIVE_INFINITY;
  const isMadeUp = pace === undefined || pace.everyMs > MADE_UP_ABOVE_MS;
  // The instant that is now is due, and not missed.
  return { isFailing, doneUpTo: isMadeUp ? doneUpTo : Math.max(doneUpTo, now - 1) };
}

/** What to do with a probe that is not being looked at. */
export type Decision =
  | {
      readonly action: 'look';
      readonly dueAt: Instant /** The instant after it, by when this look has to be over. */;
      readonly nextAt: Instant;
    }
  | { readonly action: 'wait'; readonly until: Instant };

/**
 * Of several instants that have passed unseen (the clock jumped, the machine slept, a look was long) only the last is looked at. None is
 * looked at twice.
 */
export function decide(pace: Pace, { doneUpTo }: Progress, now: Instant): Decision {
  const latest = gridAtOrBefore(pace, now);
  if (latest > doneUpTo) return { action: 'look', dueAt: latest, nextAt: latest + pace.everyMs };
  return { action: 'wait', until: gridAtOrBefore(pace, Math.max(now, doneUpTo)) + pace.everyMs };
}

/** The phase in force and until when it is; asked for again at the boundary only, since days of a calendar are dear. */
export interface PhaseNow {
  readonly phase: string | undefined;
  /** Infinity when no other comes. */
  readonly until: Instant;
}

export function phaseNow(plan: PlanCalendar, launch: Instant | undefined, now: Instant): PhaseNow {
  return {
    phase: phaseAt(plan, launch, now),
    until: phaseBoundaryAfter(plan, launch, now) ?? Number.POSITIVE_INFINITY,
  };
}
