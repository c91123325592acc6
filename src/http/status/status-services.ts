import type { StatusAnswer } from '#contract/status.ts';
import type { Core, PlanStatus } from '#engine/core-process.ts';
import type { FloodStatus, IntakeStatus } from '#intake/link.ts';
import { type ErrorCode, errorCodes } from '#kernel/error-codes.ts';
import { formatInstant } from '#kernel/instant.ts';
import type { Clock } from '#kernel/ports.ts';
import { requirePlan } from '../known-plan.ts';
import { viewPlan } from '../plan-view.ts';
import type { Unreachable } from '../unreachable.ts';
import type { StatusServices } from './services.ts';

export interface StatusServicesOptions {
  readonly core: Core;
  readonly clock: Clock;
  readonly version: string;
  /** A sentence for each store that does not do its work. */
  readonly storeProblems: () => Promise<readonly string[]>;
  readonly unreachable: Unreachable;
}

/** The state of the whole server and of its plans. */
export function createStatusServices(options: StatusServicesOptions): StatusServices {
  const { core, clock, version, storeProblems, unreachable } = options;

  let asked: ReturnType<Core['intakeStatus']> | undefined;
  /** Asked once, however many want to know: without a token everybody may. */
  function intakeStatus(): ReturnType<Core['intakeStatus']> {
    asked ??= core.intakeStatus().finally(() => {
      asked = undefined;
    });
    return asked;
  }

  async function readiness() {
    const [intake, stores] = await Promise.all([intakeStatus(), storeProblems()]);
    return { intake, ...readinessOf(core, intake, stores) };
  }

  async function planStatus(name: string, floods: IntakeStatus['floods'] = []): Promise<PlanStatus> {
    const plan = await core.planStatus(name);
    const limits = floods.filter((flood) => flood.plan === name).map(sayFlood);
    return { ...plan, notices: [...plan.notices, ...limits, ...(await unreachable(plan.world?.plan))] };
  }

  async function status(wanted: (plan: string) => boolean, named?: string): Promise<StatusAnswer> {
    if (named !== undefined) requirePlan(core, named);
    const names = core.plans().filter(wanted);
    const { intake, ready, reasons } = await readiness();
    const plans = await Promise.all(names.map((name) => planStatus(name, intake?.floods)));
    const now = clock.now();
    return {
      version,
      at: formatInstant(now),
      ready,
      reasons,
      intake: {
        connected: intake !== undefined,
        ready: intake?.ready ?? false,
        reasons: [...(intake?.reasons ?? [])],
        spoolBytes: intake?.spoolBytes ?? 0,
        segmentsWaiting: intake?.segmentsWaiting ?? 0,
        accepted: intake?.accepted ?? 0,
        rejected: Object.fromEntries(
          Object.entries(intake?.rejected ?? {})
            .filter(([plan]) => wanted(plan))
            .map(([plan, codes]) => [plan, { ...codes }]),
        ),
        ...(intake?.loaderProblem === undefined ? {} : { loaderProblem: intake.loaderProblem }),
      },
      plans: plans.map((plan) => viewPlan(plan, now)),
    };
  }

  return { readiness, status };
}

/** A limit that is being hit, for people who look why data are missing. */
function sayFlood({ code, since, refused, perSecond, example }: FloodStatus): string {
  const status = errorCodes[code as ErrorCode]?.status ?? '';
  return `Senders get ${status} ${code} since ${formatInstant(since)}, ${perSecond} requests a second now, ${refused} in all: ${example}`;
}

function readinessOf(
  core: Core,
  intake: { readonly ready: boolean; readonly reasons: readonly string[] } | undefined,
  stores: readonly string[],
): { readonly ready: boolean; readonly reasons: string[] } {
  const reasons = [...stores, ...core.readiness().reasons];
  // A connection that is open says nothing: intake may hang at its other end.
  if (intake === undefined && core.link.connected()) reasons.push('Intake does not answer.');
  if (intake?.ready === false) reasons.push(...intake.reasons);
  return { ready: reasons.length === 0, reasons };
}
