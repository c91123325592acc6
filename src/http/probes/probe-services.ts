import type { ProbeAnswer } from '#contract/probes.ts';
import { launchOf } from '#core/phases.ts';
import type { Core } from '#engine/core-process.ts';
import type { ProbeQuery } from '#insight/probes/probe-sources.ts';
import { readFailures } from '#insight/probes/read-failures.ts';
import { readLongRuns } from '#insight/probes/read-history.ts';
import {
  type LocationRuns,
  type ResultBucket,
  type RunsOfPart,
  readBuckets,
  readDurations,
  readResultsAt,
  type StoredResult,
} from '#insight/probes/read-probes.ts';
import { WatchbillError } from '#kernel/error-codes.ts';
import { DAY_MS, type DurationMs, formatInstant, type Instant, MINUTE_MS } from '#kernel/instant.ts';
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
import { createKeptRuns, KEPT_MS, resultsIn, wantedOf } from './kept-runs.ts';
import { NowAndThen } from './now-and-then.ts';
import { viewPartStandings, viewParts } from './part-view.ts';
import { viewPhases } from './phase-uptime.ts';
import { viewBucket, viewConfirmation, viewResult, viewUptime } from './probe-view.ts';
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

/** The probes of the plan in force, with their results from the telemetry store. */
export function createProbeServices({ core, askTelemetry, clock }: ProbeServicesOptions): ProbeServices {
  function planOf(name: string): InForce | undefined {
    requirePlan(core, name);
    const world = core.lastWorld(name);
    return world && { plan: world.plan, launch: launchOf(world.plan, world.line) };
  }

  const keptRuns = createKeptRuns({ askTelemetry, clock }, 'probes');
  const keptPartRuns = createKeptRuns({ askTelemetry, clock }, 'parts');
  const durations = new NowAndThen<readonly Duration[]>(clock);

  /** How long the checks of the last day took, by its parts. */
  function durationsOf({ name, probes = [] }: CompiledPlan): Promise<readonly Duration[]> {
    const wanted = wantedOf(probes);
    return durations.get(JSON.stringify([name, wanted]), (now) =>
      askTelemetry((client, signal) => {
        const query = { plan: name, probes: wanted, from: now - DAY_MS, to: now, stepMs: DAY_MS / DAY_PARTS };
        return readDurations(client, query, signal);
      }),
    );
  }

  async function standing(
    { plan, launch }: InForce,
    wanted: readonly Probe[],
    gone: AbortSignal,
  ): Promise<readonly Standing[]> {
    const [{ now, runs: all }, took] = await Promise.all([
      keptRuns(plan.name, plan.probes ?? [], gone),
      durationsOf(plan),
    ]);
    const names = new Set(wanted.map(({ name }) => name));
    const runs = all.filter(({ probe }) => names.has(probe));
    const latest = await askTelemetry((client, own) =>
      readResultsAt(client, { plan: plan.name, lasts: runs }, AbortSignal.any([own, gone])),
    );
    const byProbe = Map.groupBy(runs, ({ probe }) => probe);
    const latestOf = Map.groupBy(latest, ({ probe }) => probe);
    const tookOf = Map.groupBy(took, ({ probe }) => probe);
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
        runs: byProbe.get(probe.name) ?? [],
        latest: own,
        durations: tookOf.get(probe.name) ?? [],
      });
    });
  }

  /** They are many where a quick probe has many parts; the page stands without them, and says why. */
  async function partRunsOf(
    plan: CompiledPlan,
    query: ProbeQuery,
    range: Stretch,
    gone: AbortSignal,
  ): Promise<readonly RunsOfPart[] | WatchbillError> {
    try {
      if (!isKept(range, clock.now())) return await readLongRuns(askTelemetry, 'parts', query);
      const { runs } = await keptPartRuns(plan.name, withParts(plan), gone);
      return runs.filter(({ probe }) => query.probes.some(({ name }) => name === probe));
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

    async parts(name, gone) {
      const plan = planOf(name)?.plan;
      if (plan === undefined) return [];
      const probes = withParts(plan);
      const { now, runs } = await keptPartRuns(name, probes, gone);
      return probes.flatMap((probe) => viewPartStandings(probe, plan, runs, now));
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
      const withLookback = { ...shared, from: from - staleMs };
      const { stepMs, stepsFrom, stepsTo } = stepsOf(from, to, plan.probes ?? []);
      const standings = standing(inForce, [probe], gone);
      const runsRead = isKept({ from, to }, clock.now())
        ? standings.then(([known]) => known?.runs ?? [])
        : readLongRuns(askTelemetry, 'probes', withLookback);
      const [[view], runs, buckets, failures, partRuns] = await Promise.all([
        standings,
        runsRead,
        askTelemetry((client, own) =>
          readBuckets(client, { ...shared, from: stepsFrom, to: stepsTo, stepMs }, AbortSignal.any([own, gone])),
        ),
        runsRead.then((known) =>
          askTelemetry((client, own) => readFailures(client, { ...shared, from }, known, AbortSignal.any([own, gone]))),
        ),
        probe.parts === undefined ? [] : partRunsOf(plan, withLookback, { from, to }, gone),
      ]);
      if (view === undefined) throw new WatchbillError('not-found', `The plan has no probe "${wanted}".`, wanted);
      const segments = segmentsOf(runs, { from, to, staleMs, agree: probe.agree });
      const maintained = stretchesOf(maintenanceOf(plan.maintenance, probe), plan.timezone, { from, to });
      const { whileFailingMs, timeoutMs, expect, agree, parts, confirm } = probe;
      return {
        probe: view.answer,
        ...(whileFailingMs === undefined ? {} : { whileFailingMs }),
        timeoutMs,
        ...(agree === undefined ? {} : { agree }),
        expect: expect.map(({ text }) => text),
        ...(confirm === undefined ? {} : { confirm: viewConfirmation(confirm) }),
        rules: [...rulesAbout(plan, (test) => test.kind === 'probe' && test.probe === wanted)],
        parts: parts ?? {},
        ...(partRuns instanceof WatchbillError
          ? { partHistory: [], partsProblem: partRuns.message }
          : { partHistory: viewParts(probe, plan, partRuns, { from, to }, RANGE_PARTS) }),
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

/** Equal parts of a time, and what of it they are read of. */
interface Steps {
  readonly stepMs: DurationMs;
  readonly stepsFrom: Instant;
  readonly stepsTo: Instant;
}

/**
 * Of a long time, and of one with many results, the parts are whole slices, which are written when they are over. Where there are many results,
 * those of the slice that is not over yet come with it: all probes of a plan are in one order of time, so that those of others are passed over.
 */
function stepsOf(from: Instant, to: Instant, probes: readonly Probe[]): Steps {
  const stepMs = Math.max(1, Math.ceil((to - from) / RANGE_BUCKETS));
  const isMuch = resultsIn(probes, to - from) > limits.probeResultsRead;
  const slicedTo = Math.floor(to / CHECK_SLICE_MS) * CHECK_SLICE_MS;
  const stepsFrom = Math.floor(from / CHECK_SLICE_MS) * CHECK_SLICE_MS;
  const hasSlices = isMuch && slicedTo > stepsFrom;
  if (stepMs <= CHECK_SLICE_MS / 2 && !hasSlices) return { stepMs, stepsFrom: from, stepsTo: to };
  const isDense = hasSlices && resultsIn(probes, CHECK_SLICE_MS) > limits.probeResultsReadAgain;
  const wholeMs = Math.ceil(stepMs / CHECK_SLICE_MS) * CHECK_SLICE_MS;
  return { stepMs: wholeMs, stepsFrom, stepsTo: isDense ? slicedTo : to };
}

/** Whether the runs of a time are among those that are kept: a time that ends in the past is read by itself, since a run does not say where it was then. */
function isKept({ from, to }: Stretch, now: Instant): boolean {
  return from >= now - KEPT_MS - MINUTE_MS && to >= now - MINUTE_MS;
}

function withParts({ probes = [] }: CompiledPlan): readonly Probe[] {
  return probes.filter(({ parts }) => parts !== undefined);
}

function segmentsOf(runs: readonly LocationRuns[], range: CourseRange): readonly Segment[] {
  return availabilityOf(
    runs.map((location) => location.runs),
    range,
  );
}

/** The plan and its T+0. */
interface InForce {
  readonly plan: CompiledPlan;
  readonly launch: Instant | undefined;
}

interface Standing {
  readonly answer: ProbeAnswer;
  readonly runs: readonly LocationRuns[];
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
  return { answer, runs, month: { segments: counted, from, to: now } };
}

function stateOf(last: Segment | undefined, wasMeasured: boolean, hasPace: boolean): ProbeAnswer['state'] {
  if (last?.state === 'up') return 'passing';
  if (last?.state === 'down') return 'failing';
  if (!hasPace) return 'resting';
  return wasMeasured ? 'unknown' : 'waiting';
}
