import type { World } from '#core/model.ts';
import type { SignalReading } from '#intake/link.ts';
import { type DurationMs, SECOND_MS } from '#kernel/instant.ts';
import { limits } from '#kernel/limits.ts';
import type { Clock } from '#kernel/ports.ts';
import type { CoreLink } from './core-link.ts';
import type { HostedPlan } from './hosted-plan.ts';
import type { CoreRepositories } from './repositories.ts';

/** How a plan stands, without asking the database. */
export interface PlanState {
  readonly plan: string;
  /** The world as it is judged now; undefined while the plan is not ours. */
  readonly world: World | undefined;
  /** From intake; undefined when it is away. */
  readonly readings: readonly SignalReading[] | undefined;
  readonly intakeConnected: boolean;
  readonly watermarkAgeMs: DurationMs | undefined;
  readonly lagMs: DurationMs;
  /** What people have to know about Watchbill itself. */
  readonly notices: readonly string[];
}

export interface PlanStatus extends PlanState {
  /** Notifications by state. */
  readonly notifications: Readonly<Record<string, number>>;
}

/** How a plan stands now: what the core judges and what intake reads. */
export async function planState({ name, runner }: HostedPlan, link: CoreLink, clock: Clock): Promise<PlanState> {
  const readings = await link.readings(name);
  // Read after the wait, so that it is of the same moment as the readings.
  const world = runner.owned()?.world;
  const lagMs = runner.lagMs();
  return {
    plan: name,
    world,
    readings,
    intakeConnected: link.connected(),
    watermarkAgeMs: world === undefined ? undefined : Math.max(0, clock.now() - world.watermark),
    lagMs,
    notices: noticesOf(world, runner.problem(), lagMs, link.connected()),
  };
}

/** The same with what waits to be sent. */
export async function planStatus(
  hosted: HostedPlan,
  link: CoreLink,
  repositories: Pick<CoreRepositories, 'countNotifications'>,
  clock: Clock,
): Promise<PlanStatus> {
  const [state, notifications] = await Promise.all([
    planState(hosted, link, clock),
    repositories.countNotifications(hosted.name),
  ]);
  return { ...state, notifications };
}

function noticesOf(
  world: World | undefined,
  problem: string | undefined,
  lagMs: DurationMs,
  intakeConnected: boolean,
): readonly string[] {
  const notices: string[] = [];
  if (world === undefined) notices.push(`The plan is not running: ${problem ?? 'another process holds it'}.`);
  if (lagMs > limits.coreLagBannerMs) notices.push(`The core is ${Math.round(lagMs / SECOND_MS)} s behind.`);
  if (!intakeConnected) notices.push('Intake is not connected; nothing is judged.');
  else if (world?.line.silentSince !== undefined) notices.push('The executors are silent; nothing is judged.');
  return notices;
}
