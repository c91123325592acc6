import type { HeartbeatAnswer } from '#contract/heartbeats.ts';
import type { ProbeAnswer } from '#contract/probes.ts';
import type { HeartbeatStandingAnswer, ProbeStandingAnswer } from '#contract/services.ts';
import type { Core } from '#engine/core-process.ts';
import { WatchbillError } from '#kernel/error-codes.ts';
import type { Clock } from '#kernel/ports.ts';
import type { CompiledPlan } from '#plan/model.ts';
import type { Probe } from '#plan/probe.ts';
import type { HeartbeatServices } from '../heartbeats/services.ts';
import { requirePlan } from '../known-plan.ts';
import type { ProbeServices } from '../probes/services.ts';
import { rulesAbout } from '../rules-about.ts';
import { judgeServices } from './judge-services.ts';
import type { PlanServiceServices } from './services.ts';
import { SharedReading } from './shared-reading.ts';

export interface PlanServiceServicesOptions {
  readonly core: Pick<Core, 'plans' | 'lastWorld'>;
  readonly clock: Clock;
  readonly probes: Pick<ProbeServices, 'probes' | 'parts'>;
  readonly heartbeats: HeartbeatServices;
}

/** The services of the plan in force, with all that says how they stand. */
export function createPlanServiceServices(options: PlanServiceServicesOptions): PlanServiceServices {
  const { core, clock } = options;

  /** Asked for by every page of mission control that is open, so nobody who leaves ends it. */
  const seen = new SharedReading(clock, async (name) => {
    const never = new AbortController().signal;
    const [answer, parts] = await Promise.all([
      options.probes.probes(name, never),
      // They are many where a quick probe has many parts; all else stands without them.
      unlessAway(() => options.probes.parts(name, never)),
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
          standing: found?.parts?.find((one) => one.service === service && one.standing.probe === probe.name)
            ?.standing ?? {
            ...{ probe: probe.name, field },
            state: 'unknown' as const,
          },
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
