import type { ProbeAnswer, ProbeHistoryAnswer } from '#contract/probes.ts';
import { launchOf } from '#core/phases.ts';
import type { Core } from '#engine/core-process.ts';
import { joinRuns } from '#insight/probes/join-runs.ts';
import type { ProbeQuery } from '#insight/probes/probe-sources.ts';
import { readFailures } from '#insight/probes/read-failures.ts';
import { type PartRuns, readPartRuns } from '#insight/probes/read-parts.ts';
import {
  type LocationRuns,
  type ResultBucket,
  readBuckets,
  readDurations,
  readResultsAt,
  readRuns,
  type StoredResult,
} from '#insight/probes/read-probes.ts';
import { WatchbillError } from '#kernel/error-codes.ts';
import { DAY_MS, type DurationMs, formatInstant, HOUR_MS, type Instant } from '#kernel/instant.ts';
import { limits } from '#kernel/limits.ts';
import type { Clock } from '#kernel/ports.ts';
import { availabilityOf, type CourseRange, type Segment } from '#plan/availability.ts';
import { staleAfterMs } from '#plan/compile/checks.ts';
import { maintenanceOf, markStretches, type Stretch, stretchesOf, withoutStretches } from '#plan/maintenance.ts';
import type { CompiledPlan } from '#plan/model.ts';
import { phaseCourse, valueAt } from '#plan/phases.ts';
import type { Probe } from '#plan/probe.ts';
import { nextLook } from '#probes/next-look.ts';
import { gridOffset } from '#probes/schedule.ts';
import { CHECK_SLICE_MS } from '#storage/clickhouse/check-slices.ts';
import type { AskTelemetry } from '#storage/clickhouse/within.ts';
import { instantField } from '../instant-field.ts';
import { requirePlan } from '../known-plan.ts';
import { readRange } from '../read-range.ts';
import { rulesAbout } from '../rules-about.ts';
import { partCourse, partStateOf } from './part-view.ts';
import { viewPhases } from './phase-uptime.ts';
import { viewBucket, viewResult, viewUptime } from './probe-view.ts';
import type { ProbeServices } from './services.ts';

const DAY_PARTS = 48;
const MONTH_DAYS = 30;
const MONTH_MS = MONTH_DAYS * DAY_MS;
/** Of a range that somebody chose: as many bars as a page shows. */
const RANGE_PARTS = 60;
const RANGE_BUCKETS = 120;

export interface ProbeServicesOptions {
  readonly core: Pick<Core, 'plans' | 'lastWorld'>;
  readonly askTelemetry: AskTelemetry;
  readonly clock: Clock;
}

/** What the checks of a part of the day took. */
type Duration = Pick<ResultBucket, 'probe' | 'index' | 'durationMs'>;

/** What was read of 30 days at an instant. */
interface Month {
  readonly at: Instant;
  /** Names the probes that it was read for. */
  readonly key: string;
  readonly runs: readonly LocationRuns[];
  /** Of the last day. */
  readonly durations: readonly Duration[];
}

/** The probes of the plan in force, with their results from the telemetry store. */
export function createProbeServices({ core, askTelemetry, clock }: ProbeServicesOptions): ProbeServices {
  function planOf(name: string): InForce | undefined {
    requirePlan(core, name);
    const world = core.lastWorld(name);
    return world && { plan: world.plan, launch: launchOf(world.plan, world.line) };
  }

  const months = new Map<string, Promise<Month>>();

  /** Of 30 days, read again only now and then: that is much for a page that asks every few seconds. */
  async function monthOf({ name, probes = [] }: CompiledPlan): Promise<Month> {
    const now = clock.now();
    const wanted = probes.map((probe) => ({ name: probe.name, staleMs: staleAfterMs(probe) }));
    const key = JSON.stringify(wanted);
    const known = await months.get(name);
    if (known !== undefined && known.key === key && now - known.at < limits.probeMonthReadMs) return known;
    const lookback = Math.min(MONTH_MS, Math.max(...wanted.map(({ staleMs }) => staleMs)));
    const query = { plan: name, probes: wanted, to: now + limits.futureMs };
    const reading = askTelemetry(async (client, signal): Promise<Month> => {
      const [runs, durations] = await Promise.all([
        readRuns(client, { ...query, from: now - MONTH_MS - lookback }, signal),
        readDurations(client, { ...query, from: now - DAY_MS, stepMs: DAY_MS / DAY_PARTS }, signal),
      ]);
      return { at: now, key, runs, durations };
    });
    months.set(name, reading);
    try {
      return await reading;
    } catch (caught) {
      if (months.get(name) === reading) months.delete(name);
      throw caught;
    }
  }

  async function standing(
    { plan, launch }: InForce,
    wanted: readonly Probe[],
    gone: AbortSignal,
  ): Promise<readonly Standing[]> {
    const month = await monthOf(plan);
    const now = clock.now();
    // Results of a prober that was cut off come late.
    const from = month.at - HOUR_MS;
    const probes = wanted.map((probe) => ({ name: probe.name, staleMs: staleAfterMs(probe) }));
    const [runs, latest] = await askTelemetry(async (client, given) => {
      const signal = AbortSignal.any([given, gone]);
      const query = { plan: plan.name, probes, from, to: now + limits.futureMs };
      const names = new Set(probes.map(({ name }) => name));
      const earlier = month.runs.filter(({ probe }) => names.has(probe));
      const joined = joinRuns(earlier, await readRuns(client, query, signal), from);
      return [joined, await readResultsAt(client, { plan: plan.name, lasts: joined }, signal)] as const;
    });
    const runsOf = Map.groupBy(runs, ({ probe }) => probe);
    const latestOf = Map.groupBy(latest, ({ probe }) => probe);
    const durationsOf = Map.groupBy(month.durations, ({ probe }) => probe);
    const course = phaseCourse(plan, launch, now);
    const phase = course[0]?.phase;
    return wanted.map((probe) => {
      const own = latestOf.get(probe.name) ?? [];
      const isFailing = own.some(({ outcome }) => outcome === 'failed');
      const offset = gridOffset(plan.name, probe.name, plan.probes?.length ?? 0);
      return viewProbe(probe, plan, {
        now,
        everyMs: valueAt(probe.everyMs, phase),
        nextAt: nextLook(probe, course, { offset, isFailing }, now),
        runs: runsOf.get(probe.name) ?? [],
        latest: own,
        durations: durationsOf.get(probe.name) ?? [],
      });
    });
  }

  /** They are many where a quick probe has many parts; the page stands without them, and says why. */
  async function partRunsOf(query: ProbeQuery, gone: AbortSignal): Promise<readonly PartRuns[] | WatchbillError> {
    try {
      return await askTelemetry((client, own) => readPartRuns(client, query, AbortSignal.any([own, gone])));
    } catch (caught) {
      if (caught instanceof WatchbillError && caught.code === 'telemetry-away') return caught;
      throw caught;
    }
  }

  return {
    async probes(name, gone) {
      const inForce = planOf(name);
      if (inForce?.plan.probes === undefined) return { probes: [] };
      return { probes: (await standing(inForce, inForce.plan.probes, gone)).map(({ answer }) => answer) };
    },

    async probe(name, wanted, given, gone) {
      const inForce = planOf(name);
      const probe = inForce?.plan.probes?.find((one) => one.name === wanted);
      if (inForce === undefined || probe === undefined) {
        throw new WatchbillError('not-found', `The plan has no probe "${wanted}".`, wanted);
      }
      const { plan, launch } = inForce;
      const { from, to } = readRange(given, clock.now());
      const staleMs = staleAfterMs(probe);
      const shared = { plan: name, probes: [{ name: wanted, staleMs }], to };
      const { stepMs, stepsFrom } = stepsOf(from, to);
      const [[view], [runs, buckets, failures], partRuns] = await Promise.all([
        standing(inForce, [probe], gone),
        askTelemetry((client, own) => {
          const signal = AbortSignal.any([own, gone]);
          const reading = readRuns(client, { ...shared, from: from - staleMs }, signal);
          return Promise.all([
            reading,
            readBuckets(client, { ...shared, from: stepsFrom, stepMs }, signal),
            reading.then((known) => readFailures(client, { ...shared, from }, known, signal)),
          ]);
        }),
        probe.parts === undefined ? [] : partRunsOf({ ...shared, from: from - staleMs }, gone),
      ]);
      if (view === undefined) throw new WatchbillError('not-found', `The plan has no probe "${wanted}".`, wanted);
      const segments = segmentsOf(runs, { from, to, staleMs, agree: probe.agree });
      const maintained = stretchesOf(maintenanceOf(plan.maintenance, probe), plan.timezone, { from, to });
      const { whileFailingMs, timeoutMs, expect, agree, parts } = probe;
      return {
        probe: view.answer,
        ...(whileFailingMs === undefined ? {} : { whileFailingMs }),
        timeoutMs,
        ...(agree === undefined ? {} : { agree }),
        expect: expect.map(({ text }) => text),
        rules: [...rulesAbout(plan, (test) => test.kind === 'probe' && test.probe === wanted)],
        parts: parts ?? {},
        ...(partRuns instanceof WatchbillError
          ? { partHistory: [], partsProblem: partRuns.message }
          : { partHistory: viewParts(probe, plan, partRuns, { from, to }) }),
        phases: viewPhases(plan, launch, probe, view.month),
        uptime: viewUptime(withoutStretches(segments, maintained), from, to, RANGE_PARTS),
        segments: markStretches(segments, maintained, 'maintenance')
          .slice(-limits.probeSegmentsShown)
          .map((one) => ({ from: formatInstant(one.from), to: formatInstant(one.to), state: one.state })),
        stepMs,
        buckets: buckets.map((bucket) => viewBucket(bucket, stepsFrom, stepMs)),
        failures: failures.slice(0, limits.probeFailuresShown).map(viewResult),
        moreFailures: failures.length > limits.probeFailuresShown,
      };
    },
  };
}

/** Equal parts of a time; of a long one they are whole slices, which are written when they are over. */
function stepsOf(from: Instant, to: Instant): { readonly stepMs: DurationMs; readonly stepsFrom: Instant } {
  const stepMs = Math.max(1, Math.ceil((to - from) / RANGE_BUCKETS));
  if (stepMs <= CHECK_SLICE_MS / 2) return { stepMs, stepsFrom: from };
  const wholeMs = Math.ceil(stepMs / CHECK_SLICE_MS) * CHECK_SLICE_MS;
  return { stepMs: wholeMs, stepsFrom: Math.floor(from / CHECK_SLICE_MS) * CHECK_SLICE_MS };
}

function segmentsOf(runs: readonly LocationRuns[], range: CourseRange): readonly Segment[] {
  return availabilityOf(
    runs.map((location) => location.runs),
    range,
  );
}

function viewParts(
  probe: Probe,
  { maintenance, timezone }: CompiledPlan,
  runs: readonly PartRuns[],
  { from, to }: Stretch,
): ProbeHistoryAnswer['partHistory'] {
  return Object.entries(probe.parts ?? {}).map(([service, field]) => {
    const own = runs.filter(({ part }) => part === service);
    const course = partCourse(probe, own, { from, to });
    const maintained = stretchesOf(maintenanceOf(maintenance, probe, service), timezone, { from, to });
    const lastAt = Math.max(...own.flatMap((one) => one.runs.map(({ last }) => last)));
    return {
      service,
      field,
      state: partStateOf(course),
      ...instantField('at', Number.isFinite(lastAt) ? lastAt : undefined),
      uptime: viewUptime(withoutStretches(course, maintained), from, to, RANGE_PARTS),
    };
  });
}

/** The plan and its T+0. */
interface InForce {
  readonly plan: CompiledPlan;
  readonly launch: Instant | undefined;
}

interface Standing {
  readonly answer: ProbeAnswer;
  /** Its course of 30 days. */
  readonly month: { readonly segments: readonly Segment[]; readonly from: Instant; readonly to: Instant };
}

interface Known {
  readonly now: Instant;
  readonly everyMs: number | undefined;
  readonly nextAt: Instant | undefined;
  readonly runs: readonly LocationRuns[];
  readonly latest: readonly StoredResult[];
  readonly durations: readonly Duration[];
}

function viewProbe(probe: Probe, plan: CompiledPlan, known: Known): Standing {
  const { now, everyMs, nextAt, runs, latest } = known;
  const staleMs = staleAfterMs(probe);
  const from = now - MONTH_MS;
  const segments = segmentsOf(runs, { from, to: now, staleMs, agree: probe.agree });
  const maintained = stretchesOf(maintenanceOf(plan.maintenance, probe), plan.timezone, { from, to: now });
  const counted = withoutStretches(segments, maintained);
  const last = segments.at(-1);
  const state = stateOf(last, runs.length > 0, everyMs !== undefined);
  const durations = Array.from({ length: DAY_PARTS }, (): number | null => null);
  for (const { index, durationMs } of known.durations) if (index < DAY_PARTS) durations[index] = durationMs;
  const answer: ProbeAnswer = {
    name: probe.name,
    text: probe.text,
    kind: probe.check.kind,
    ...(probe.service === undefined ? {} : { service: probe.service }),
    state,
    // What lasts since the beginning of what is read began at some time before it.
    ...instantField('since', last === undefined || last.from === from ? undefined : last.from),
    ...(everyMs === undefined ? {} : { everyMs }),
    ...instantField('nextAt', nextAt),
    staleMs,
    latest: latest.toSorted((left, right) => right.at - left.at).map(viewResult),
    day: viewUptime(counted, now - DAY_MS, now, DAY_PARTS),
    month: viewUptime(counted, from, now, MONTH_DAYS),
    durations,
  };
  return { answer, month: { segments: counted, from, to: now } };
}

function stateOf(last: Segment | undefined, wasMeasured: boolean, hasPace: boolean): ProbeAnswer['state'] {
  if (last?.state === 'up') return 'passing';
  if (last?.state === 'down') return 'failing';
  if (!hasPace) return 'resting';
  return wasMeasured ? 'unknown' : 'waiting';
}
