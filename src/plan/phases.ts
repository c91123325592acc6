import type { Instant } from '#kernel/instant.ts';
import type { ByPhase, CompiledPlan, PhaseSpan } from './model.ts';

/** The parts of a plan that its calendar needs. */
export type PlanCalendar = Pick<CompiledPlan, 'phases' | 'timezone'>;

/** A span as absolute time: half open, open-ended without `to`. */
export interface AbsoluteSpan {
  readonly from: Instant;
  readonly to?: Instant;
}

/**
 * Where a span lies for a launch. Offsets are absolute time, also across a change of the clocks; days are local dates, day 1 from T+0 on,
 * so a day may have 23 or 25 hours.
 */
export function absoluteSpan(span: PhaseSpan, launch: Instant, timezone: string): AbsoluteSpan {
  switch (span.kind) {
    case 'offsets':
      return { from: launch + span.fromMs, ...(span.toMs === undefined ? {} : { to: launch + span.toMs }) };
    case 'days':
      return {
        from: span.from <= 1 ? launch : startOfDay(launch, span.from - 1, timezone),
        ...(span.to === undefined ? {} : { to: startOfDay(launch, span.to, timezone) }),
      };
    case 'instants':
      return { from: span.from, to: span.to };
  }
}

/** The first instant of the local date that lies `days` after the launch's. */
function startOfDay(launch: Instant, days: number, timezone: string): Instant {
  const date = Temporal.Instant.fromEpochMilliseconds(launch).toZonedDateTimeISO(timezone).toPlainDate();
  return date.add({ days }).toZonedDateTime(timezone).epochMilliseconds;
}

/** The phase in force: the last one of the main line that holds `now`; undefined before T+0, in a gap and without a launch. */
export function phaseAt(plan: PlanCalendar, launch: Instant | undefined, now: Instant): string | undefined {
  if (launch === undefined || now < launch) return undefined;
  let found: string | undefined;
  for (const phase of plan.phases) {
    const { from, to } = absoluteSpan(phase.span, launch, plan.timezone);
    if (now >= from && (to === undefined || now < to)) found = phase.name;
  }
  return found;
}

/** The earliest instant after `now` at which the phase in force may change; undefined when none comes. */
export function phaseBoundaryAfter(plan: PlanCalendar, launch: Instant | undefined, now: Instant): Instant | undefined {
  if (launch === undefined) return undefined;
  let next: Instant | undefined;
  for (const phase of plan.phases) {
    const { from, to } = absoluteSpan(phase.span, launch, plan.timezone);
    for (const boundary of to === undefined ? [from] : [from, to]) {
      // Nothing begins before T+0, whatever a span says.
      const instant = Math.max(boundary, launch);
      if (instant > now && (next === undefined || instant < next)) next = instant;
    }
  }
  return next;
}

/** A time in which one phase is in force, or none. Half open; the last one never ends. */
export interface PhaseStretch {
  readonly phase: string | undefined;
  readonly from: Instant;
  /** Infinity when no other comes. */
  readonly to: Instant;
}

/** The phases in force from an instant on, without gaps. For who asks about many instants or many lines: days of a calendar are dear. */
export function phaseCourse(plan: PlanCalendar, launch: Instant | undefined, from: Instant): readonly PhaseStretch[] {
  if (launch === undefined) return [{ phase: undefined, from, to: Number.POSITIVE_INFINITY }];
  const spans = plan.phases.map(({ name, span }) => ({ name, ...absoluteSpan(span, launch, plan.timezone) }));
  const boundaries = spans
    .flatMap((span) => (span.to === undefined ? [span.from] : [span.from, span.to]))
    // Nothing begins before T+0, whatever a span says.
    .map((boundary) => Math.max(boundary, launch))
    .filter((boundary) => boundary > from);
  const begins = [from, ...new Set(boundaries)].toSorted((left, right) => left - right);
  return begins.map((begin, index) => ({
    phase:
      begin < launch
        ? undefined
        : spans.findLast((span) => begin >= span.from && begin < (span.to ?? Number.POSITIVE_INFINITY))?.name,
    from: begin,
    to: begins[index + 1] ?? Number.POSITIVE_INFINITY,
  }));
}

/** The phases of a plan as who follows time asks for them: which one is in force at an instant, and until when. */
export class PhaseLine {
  /** From T+0 on, each other than its neighbours; none without a launch. */
  readonly stretches: readonly PhaseStretch[];

  constructor(plan: PlanCalendar, launch: Instant | undefined) {
    const stretches: PhaseStretch[] = [];
    for (const stretch of launch === undefined ? [] : phaseCourse(plan, launch, launch)) {
      const last = stretches.at(-1);
      if (last?.phase === stretch.phase && last !== undefined) stretches.splice(-1, 1, { ...last, to: stretch.to });
      else stretches.push(stretch);
    }
    this.stretches = stretches;
  }

  /** The place of an instant in `stretches`; -1 before T+0. */
  placeAt(at: Instant): number {
    return this.stretches.findLastIndex(({ from }) => at >= from);
  }

  /** The phase in force; undefined before T+0 and in a gap. */
  phaseAt(at: Instant): string | undefined {
    return this.stretches[this.placeAt(at)]?.phase;
  }

  /** When the phase in force began; Infinity where none is. */
  beginAt(at: Instant): Instant {
    const stretch = this.stretches[this.placeAt(at)];
    return stretch?.phase === undefined ? Number.POSITIVE_INFINITY : stretch.from;
  }

  /** When another phase begins next, or none is in force any more; Infinity when that does not come. */
  changeAfter(at: Instant): Instant {
    return this.stretches[this.placeAt(at) + 1]?.from ?? Number.POSITIVE_INFINITY;
  }
}

/** The value in force in a phase; undefined when the line sleeps there. */
export function valueAt<Value>(byPhase: ByPhase<Value>, phase: string | undefined): Value | undefined {
  const own = byPhase.phases;
  return phase !== undefined && own !== undefined && Object.hasOwn(own, phase) ? own[phase] : byPhase.otherwise;
}
