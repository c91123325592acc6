import type { ProbeHistoryAnswer } from '#contract/probes.ts';
import type { PartStandingAnswer } from '#contract/services.ts';
import type { RunsOfPart } from '#insight/probes/read-probes.ts';
import { DAY_MS, type Instant } from '#kernel/instant.ts';
import { availabilityOf, type Segment, timesOf, uptimeOf } from '#plan/availability.ts';
import { staleAfterMs } from '#plan/compile/checks.ts';
import { maintenanceOf, type Stretch, stretchesOf, withoutStretches } from '#plan/maintenance.ts';
import type { CompiledPlan } from '#plan/model.ts';
import type { Probe } from '#plan/probe.ts';
import { instantField } from '../instant-field.ts';
import { KEPT_MS } from './kept-runs.ts';
import { viewUptime } from './probe-view.ts';

/** One part of a probe's target over a time. */
interface PartCourse {
  /** What it is: a service. */
  readonly service: string;
  readonly field: string;
  readonly state: PartStandingAnswer['state'];
  /** When the last answer came that named it. */
  readonly lastAt: Instant | undefined;
  /** What counts as up or down. */
  readonly counted: readonly Segment[];
}

/** The parts of a probe's target; each is judged as the probe itself is, by the answers that named it. */
function coursesOf(
  probe: Probe,
  { maintenance, timezone }: Pick<CompiledPlan, 'maintenance' | 'timezone'>,
  runs: readonly RunsOfPart[],
  range: Stretch,
): readonly PartCourse[] {
  return Object.entries(probe.parts ?? {}).map(([service, field]) => {
    const own = runs.filter((one) => one.probe === probe.name && one.part === service).map((one) => one.runs);
    const course = availabilityOf(own, { ...range, staleMs: staleAfterMs(probe), agree: probe.agree });
    const maintained = stretchesOf(maintenanceOf(maintenance, probe, service), timezone, range);
    const lastAt = Math.max(...own.flatMap((known) => known.map(({ last }) => last)));
    return {
      service,
      field,
      state: stateOf(course.at(-1)),
      lastAt: Number.isFinite(lastAt) ? lastAt : undefined,
      counted: withoutStretches(course, maintained),
    };
  });
}

function stateOf(last: Segment | undefined): PartStandingAnswer['state'] {
  return last?.state === 'up' ? 'passing' : last?.state === 'down' ? 'failing' : 'unknown';
}

/** How the parts did over a time, by `bars` equal parts of it. */
export function viewParts(
  probe: Probe,
  plan: CompiledPlan,
  runs: readonly RunsOfPart[],
  range: Stretch,
  bars: number,
): ProbeHistoryAnswer['partHistory'] {
  return coursesOf(probe, plan, runs, range).map(({ service, field, state, lastAt, counted }) => ({
    service,
    field,
    state,
    ...instantField('at', lastAt),
    uptime: viewUptime(counted, range.from, range.to, bars),
  }));
}

/** How a part stands, with the service that it is. */
export interface PartStanding {
  readonly service: string;
  readonly standing: PartStandingAnswer;
}

/** How the parts stand, and how much of a day and of 30 days they were up. */
export function viewPartStandings(
  probe: Probe,
  plan: CompiledPlan,
  runs: readonly RunsOfPart[],
  now: Instant,
): readonly PartStanding[] {
  const range = { from: now - KEPT_MS, to: now };
  return coursesOf(probe, plan, runs, range).map(({ service, field, state, lastAt, counted }) => {
    const day = uptimeOf(timesOf(counted, now - DAY_MS, now));
    const month = uptimeOf(timesOf(counted, range.from, now));
    return {
      service,
      standing: {
        probe: probe.name,
        field,
        state,
        ...instantField('at', lastAt),
        ...(day === undefined ? {} : { dayUptime: day }),
        ...(month === undefined ? {} : { monthUptime: month }),
      },
    };
  });
}
