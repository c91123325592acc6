import type { HealthAnswer, ProcessHealthAnswer, StoreHealthAnswer } from '#contract/health.ts';
import type { Core, PlanStatus } from '#engine/core-process.ts';
import type { IntakeStatus } from '#intake/link.ts';
import { formatInstant, HOUR_MS, type Instant, parseInstant, SECOND_MS } from '#kernel/instant.ts';
import { limits } from '#kernel/limits.ts';
import type { Clock } from '#kernel/ports.ts';
import type { LiveServices } from '../live/services.ts';
import type { StatusServices } from '../status/services.ts';
import { History } from './history.ts';
import type { HealthServices, MachineHealth, StoreProbe } from './services.ts';

const STEP_MS = 10 * SECOND_MS;
const names = [
  'acceptedPerSecond',
  'rejectedPerSecond',
  'spoolBytes',
  'lagMs',
  'watermarkAgeMs',
  'coreEventLoopDelayMs',
  'postgresLatencyMs',
  'telemetryLatencyMs',
] as const;
type Sample = Partial<Record<(typeof names)[number], number>>;

export interface HealthServicesOptions {
  readonly core: Pick<Core, 'plans' | 'planStatus' | 'intakeStatus' | 'deliveries'>;
  readonly status: Pick<StatusServices, 'readiness' | 'status'>;
  readonly live: Pick<LiveServices, 'followers'>;
  readonly machine: MachineHealth;
  readonly stores: readonly StoreProbe[];
  readonly clock: Clock;
  readonly version: string;
}

/** How Watchbill itself is, with the last hour of a few figures, of which one point is taken every 10 seconds. */
export function createHealthServices(options: HealthServicesOptions): HealthServices {
  const { core, status, live, machine, stores, clock, version } = options;
  const history = new History(names, STEP_MS, HOUR_MS / STEP_MS);
  const coreStartedAt = clock.now();
  const probes = stores.map((probe) => watchStore(probe, clock));
  let counted: { readonly atMs: number; readonly accepted: number; readonly rejected: number } | undefined;
  let rates: { readonly acceptedPerSecond?: number; readonly rejectedPerSecond?: number } = {};
  let cancel = (): void => {};
  let stopped = false;

  async function sample(): Promise<void> {
    const latencies = await Promise.all(probes.map(({ look }) => look()));
    const [intake, plans] = await Promise.all([core.intakeStatus(), allPlans(() => true)]);
    rates = countRates(intake);
    const delayMs = machine.eventLoopDelayMs();
    const watermarkAges = plans.flatMap(({ watermarkAgeMs }) => (watermarkAgeMs === undefined ? [] : [watermarkAgeMs]));
    const taken: Sample = {
      ...rates,
      ...(intake === undefined ? {} : { spoolBytes: intake.spoolBytes }),
      ...(plans.length === 0 ? {} : { lagMs: Math.max(...plans.map(({ lagMs }) => lagMs)) }),
      ...(watermarkAges.length === 0 ? {} : { watermarkAgeMs: Math.max(...watermarkAges) }),
      ...(delayMs === undefined ? {} : { coreEventLoopDelayMs: delayMs }),
      ...latencyOf('postgresLatencyMs', latencies[0]),
      ...latencyOf('telemetryLatencyMs', latencies[1]),
    };
    history.add(clock.now(), taken);
  }

  /** Intake counts from its start: a smaller number than before is that of a new one. */
  function countRates(intake: IntakeStatus | undefined): typeof rates {
    if (intake === undefined) {
      counted = undefined;
      return {};
    }
    const now = { atMs: clock.monotonicMs(), accepted: intake.accepted, rejected: rejectedOf(intake) };
    const before = counted;
    counted = now;
    if (before === undefined || now.accepted < before.accepted || now.rejected < before.rejected) return {};
    const seconds = (now.atMs - before.atMs) / SECOND_MS;
    if (seconds <= 0) return rates;
    return {
      acceptedPerSecond: (now.accepted - before.accepted) / seconds,
      rejectedPerSecond: (now.rejected - before.rejected) / seconds,
    };
  }

  /** The database may be away, which must not hide the rest. */
  async function allPlans(wanted: (plan: string) => boolean): Promise<readonly PlanStatus[]> {
    const found = await Promise.all(
      core
        .plans()
        .filter(wanted)
        .map((plan) => core.planStatus(plan).catch(() => undefined)),
    );
    return found.filter((plan) => plan !== undefined);
  }

  async function lastDelivery(plan: string): Promise<Instant | undefined> {
    const query = { limit: 1, states: ['accepted', 'delivered'] as const };
    const page = await core.deliveries(plan, query).catch(() => undefined);
    return page?.rows[0]?.settledAt;
  }

  const next = (): void => {
    if (stopped) return;
    void sample()
      .catch(() => {})
      .finally(() => {
        if (!stopped) cancel = clock.after(STEP_MS, next);
      });
  };
  next();

  return {
    async health(wanted) {
      // First, so that what else is asked here does not count as their slowness.
      const found = await Promise.all(probes.map(({ describe }) => describe()));
      const [intake, processes, disk, plans, answer] = await Promise.all([
        core.intakeStatus(),
        machine.processes(),
        machine.disk().catch(() => undefined),
        allPlans(wanted),
        status.status(wanted),
      ]);
      const deliveries = await Promise.all(plans.map(({ plan }) => lastDelivery(plan)));
      const now = clock.now();
      const supervisor = processes.find(({ name }) => name === 'supervisor')?.startedAt;
      const startedAt = supervisor ?? formatInstant(coreStartedAt);
      return {
        version,
        at: formatInstant(now),
        startedAt,
        uptimeMs: Math.max(0, now - (parseInstant(startedAt) ?? now)),
        ready: answer.ready,
        reasons: [...answer.reasons],
        notices: answer.plans.flatMap(({ plan, notices }) => notices.map((text) => ({ plan, text }))),
        processes: processes.map((process) => withDelay(process, machine.eventLoopDelayMs(), intake)),
        stores: found,
        intake: {
          connected: intake !== undefined,
          spoolBytesLimit: limits.spoolBytes,
          ...(intake === undefined ? {} : { spoolBytes: intake.spoolBytes, segmentsWaiting: intake.segmentsWaiting }),
          ...(intake?.oldestWaitingAt === undefined ? {} : { oldestWaitingAt: formatInstant(intake.oldestWaitingAt) }),
          ...(intake === undefined ? {} : rates),
        },
        plans: plans.map((plan, index) => viewPlanHealth(plan, live.followers(plan.plan), deliveries[index])),
        ...(disk === undefined ? {} : { disk }),
        history: { stepMs: STEP_MS, until: formatInstant(history.until ?? now), ...history.all() },
      } satisfies HealthAnswer;
    },
    stop() {
      stopped = true;
      cancel();
    },
  };
}

function viewPlanHealth(
  { plan, world, lagMs, notifications }: PlanStatus,
  followers: number,
  lastDeliveryAt: Instant | undefined,
): HealthAnswer['plans'][number] {
  const open = [...(world?.alerts.values() ?? [])].filter(({ state }) => state === 'firing').length;
  return {
    plan,
    running: world !== undefined,
    lagMs: Math.round(lagMs),
    ...(world === undefined ? {} : { watermark: formatInstant(world.watermark) }),
    openAlerts: open,
    notifications: { ...notifications },
    ...(lastDeliveryAt === undefined ? {} : { lastDeliveryAt: formatInstant(lastDeliveryAt) }),
    followers,
  };
}

/** Of core and intake, which measure it themselves. */
function withDelay(
  process: ProcessHealthAnswer,
  coreDelayMs: number | undefined,
  intake: IntakeStatus | undefined,
): ProcessHealthAnswer {
  const delayMs = { core: coreDelayMs, intake: intake?.eventLoopDelayMs }[process.name as 'core' | 'intake'];
  return delayMs === undefined ? process : { ...process, eventLoopDelayMs: delayMs };
}

function rejectedOf({ rejected }: IntakeStatus): number {
  return Object.values(rejected)
    .flatMap((codes) => Object.values(codes))
    .reduce((sum, count) => sum + count, 0);
}

function latencyOf<Name extends string>(name: Name, found: { readonly latencyMs?: number } | undefined): Sample {
  return found?.latencyMs === undefined ? {} : ({ [name]: found.latencyMs } as Sample);
}

/** A store that hangs is asked once, however many want to know; what it is like is asked seldom. */
function watchStore(probe: StoreProbe, clock: Clock) {
  const { name } = probe;
  const spoken = name === 'PostgreSQL' ? name : 'The telemetry store';
  let asked: Promise<{ readonly latencyMs?: number; readonly problem?: string }> | undefined;
  let figures: { readonly at: number; readonly found: Promise<Partial<StoreHealthAnswer>> } | undefined;

  async function ask(): Promise<{ readonly latencyMs?: number; readonly problem?: string }> {
    const startedMs = clock.monotonicMs();
    try {
      await probe.ask();
      return { latencyMs: clock.monotonicMs() - startedMs };
    } catch {
      return { problem: `${spoken} cannot be used.` };
    }
  }

  function look() {
    asked ??= ask().finally(() => {
      asked = undefined;
    });
    return within(asked, clock, { problem: `${spoken} does not answer.` });
  }

  function describeFigures(): Promise<Partial<StoreHealthAnswer>> {
    if (figures === undefined || clock.monotonicMs() - figures.at > STEP_MS) {
      const found = probe.figures().catch(() => ({}));
      figures = { at: clock.monotonicMs(), found };
    }
    return within(figures.found, clock, {});
  }

  return {
    look,
    async describe(): Promise<StoreHealthAnswer> {
      const found: { readonly latencyMs?: number; readonly problem?: string } = await look();
      const answers = found.problem === undefined;
      return { name, answers, ...found, ...(answers ? await describeFigures() : {}) };
    },
  };
}

function within<Value>(answer: Promise<Value>, clock: Clock, otherwise: Value): Promise<Value> {
  return new Promise((resolve) => {
    const cancel = clock.after(SECOND_MS, () => resolve(otherwise));
    void answer.then((value) => {
      cancel();
      resolve(value);
    });
  });
}
