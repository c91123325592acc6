import type { HeartbeatAnswer } from '#contract/heartbeats.ts';
import type { ProbeAnswer } from '#contract/probes.ts';
import type { HeartbeatStandingAnswer, PartStandingAnswer, ProbeStandingAnswer } from '#contract/services.ts';
import type { Core } from '#engine/core-process.ts';
import { type PartRuns, readPartRuns } from '#insight/probes/read-parts.ts';
import { WatchbillError } from '#kernel/error-codes.ts';
import { formatInstant, type Instant } from '#kernel/instant.ts';
import { limits } from '#kernel/limits.ts';
import type { Clock } from '#kernel/ports.ts';
import { staleAfterMs } from '#plan/compile/checks.ts';
import type { CompiledPlan } from '#plan/model.ts';
import type { Probe } from '#plan/probe.ts';
import type { AskTelemetry } from '#storage/clickhouse/within.ts';
import type { HeartbeatServices } from '../heartbeats/services.ts';
import { requirePlan } from '../known-plan.ts';
import { partCourse, partStateOf } from '../probes/part-view.ts';
import type { ProbeServices } from '../probes/services.ts';
import { rulesAbout } from '../rules-about.ts';
import { judgeServices } from './judge-services.ts';
import type { PlanServiceServices } from './services.ts';
import { SharedReading } from './shared-reading.ts';

export interface PlanServiceServicesOptions {
  readonly core: Pick<Core, 'plans' | 'lastWorld'>;
  readonly askTelemetry: AskTelemetry;
  readonly clock: Clock;
  readonly probes: Pick<ProbeServices, 'probes'>;
  readonly heartbeats: HeartbeatServices;
}

/** What was read of parts at an instant. */
interface PartsRead {
  readonly at: Instant;
  readonly runs: readonly PartRuns[];
}

/** The services of the plan in force, with all that says how they stand. */
export function createPlanServiceServices(options: PlanServiceServicesOptions): PlanServiceServices {
  const { core, askTelemetry, clock } = options;

  /** What the health answers said of their parts last. */
  async function partsOf({ name, probes = [] }: CompiledPlan): Promise<PartsRead> {
    const now = clock.now();
    const wanted = probes
      .filter(({ parts }) => parts !== undefined)
      .map((probe) => ({ name: probe.name, staleMs: staleAfterMs(probe) }));
    if (wanted.length === 0) return { at: now, runs: [] };
    const from = now - Math.max(...wanted.map(({ staleMs }) => staleMs));
    const query = { plan: name, probes: wanted, from, to: now + limits.futureMs };
    return { at: now, runs: await askTelemetry((client, signal) => readPartRuns(client, query, signal)) };
  }

  /** Asked for by every page of mission control that is open, so nobody who leaves ends it. */
  const seen = new SharedReading(clock, async (name) => {
    const plan = core.lastWorld(name)?.plan;
    const [answer, parts] = await Promise.all([
      options.probes.probes(name, new AbortController().signal),
      plan === undefined ? undefined : partsOf(plan),
    ]);
    return { results: new Map(answer.probes.map((probe) => [probe.name, probe])), parts };
  });

  return {
    async services(name) {
      requirePlan(core, name);
      const world = core.lastWorld(name);
      if (world === undefined) throw new WatchbillError('not-ready', `The plan ${name} is not loaded yet.`, name);
      const { plan } = world;
      const [found, heartbeats] = await Promise.all([
        unlessAway(() => seen.get(name)),
        options.heartbeats.heartbeats(name).then((answer) => answer.heartbeats),
      ]);
      const { results } = found ?? {};
      const probes = (plan.probes ?? []).map((probe) => ({
        service: probe.service,
        standing: standingOf(probe, results?.get(probe.name), plan),
      }));
      const parts = (plan.probes ?? []).flatMap((probe) =>
        Object.entries(probe.parts ?? {}).map(([service, field]) => ({
          service,
          standing: partStanding(probe, service, field, found?.parts),
        })),
      );
      const checkIns = heartbeats.map((heartbeat) => ({
        service: heartbeat.service,
        standing: heartbeatStanding(heartbeat),
      }));
      const checksOf = (service: string | undefined) => ({
        probes: ofService(probes, service),
        parts: ofService(parts, service),
        heartbeats: ofService(checkIns, service),
      });
      const others = checksOf(undefined);
      return {
        services: [...judgeServices(world, checksOf)],
        others: { probes: others.probes, heartbeats: others.heartbeats },
        away: [
          ...(found === undefined ? (['telemetry'] as const) : []),
          ...(heartbeats.some(({ state }) => state === 'unknown') ? (['intake'] as const) : []),
        ],
      };
    },
  };
}

/** Undefined while the telemetry store is away. */
async function unlessAway<Value>(ask: () => Promise<Value>): Promise<Value | undefined> {
  try {
    return await ask();
  } catch (caught) {
    if (caught instanceof WatchbillError && caught.code === 'telemetry-away') return undefined;
    throw caught;
  }
}

function ofService<Standing>(
  all: readonly { readonly service: string | undefined; readonly standing: Standing }[],
  service: string | undefined,
): Standing[] {
  return all.filter((one) => one.service === service).map(({ standing }) => standing);
}

function standingOf(probe: Probe, answer: ProbeAnswer | undefined, plan: CompiledPlan): ProbeStandingAnswer {
  const { name } = probe;
  const last = answer?.latest[0];
  return {
    name,
    kind: probe.check.kind,
    state: answer?.state ?? 'unknown',
    ...(answer?.since === undefined ? {} : { since: answer.since }),
    ...(last === undefined ? {} : { at: last.at, outcome: last.outcome }),
    ...(last?.durationMs === undefined ? {} : { durationMs: last.durationMs }),
    ...(last?.reason === undefined ? {} : { reason: last.reason }),
    ...(last?.message === undefined ? {} : { message: last.message }),
    ...(answer?.day.uptime === undefined ? {} : { dayUptime: answer.day.uptime }),
    ...(answer?.month.uptime === undefined ? {} : { monthUptime: answer.month.uptime }),
    rules: [...rulesAbout(plan, (test) => test.kind === 'probe' && test.probe === name)],
  };
}

/** Judged as of the instant of reading: the probe may be due again before what was read is. */
function partStanding(probe: Probe, service: string, field: string, read: PartsRead | undefined): PartStandingAnswer {
  if (read === undefined) return { probe: probe.name, field, state: 'unknown' };
  const own = read.runs.filter((one) => one.probe === probe.name && one.part === service);
  const lastAt = Math.max(...own.flatMap((one) => one.runs.map(({ last }) => last)));
  const course = partCourse(probe, own, { from: read.at - staleAfterMs(probe), to: read.at });
  return {
    probe: probe.name,
    field,
    state: partStateOf(course),
    ...(Number.isFinite(lastAt) ? { at: formatInstant(lastAt) } : {}),
  };
}

function heartbeatStanding(heartbeat: HeartbeatAnswer): HeartbeatStandingAnswer {
  const { name, state, lastAt, lateAt, runningSince, message, rules } = heartbeat;
  return {
    name,
    state,
    ...(lastAt === undefined ? {} : { lastAt }),
    ...(lateAt === undefined ? {} : { lateAt }),
    ...(runningSince === undefined ? {} : { runningSince }),
    ...(message === undefined ? {} : { message }),
    rules,
  };
}
