import type { LiveAlert, LiveReading } from '#contract/live.ts';
import type { PlanSummaryAnswer } from '#contract/overview.ts';
import type { World } from '#core/model.ts';
import { formatInstant } from '#kernel/instant.ts';
import type { LiveSnapshot } from '../live/live-snapshot.ts';

/** Worst first; a figure that cannot be judged is worse than one that is off target only by how loudly it is said. */
const byWeight: readonly LiveReading['state'][] = [
  'critical',
  'warning',
  'off target',
  'not evaluated',
  'no data',
  'too few',
  'open',
  'target unset',
  'on target',
];

/** How a plan stands in a few numbers. `world` is the last that was known. */
export function summarize(plan: string, world: World | undefined, snapshot: LiveSnapshot): PlanSummaryAnswer {
  const figures: Partial<Record<LiveReading['state'], number>> = {};
  const judged = new Set(world?.plan.objectives.map(({ signal }) => signal));
  let worst: LiveReading['state'] | undefined;
  for (const { signal, state } of snapshot.readings.values()) {
    figures[state] = (figures[state] ?? 0) + 1;
    if (judged.has(signal) && isWorse(state, worst)) worst = state;
  }
  const launchedAt = world?.plan.launch ?? world?.line.launchedAt;
  return {
    plan,
    title: world?.plan.title ?? plan,
    version: world?.line.version ?? 0,
    ...(world?.line.phase === undefined ? {} : { phase: world.line.phase }),
    ...(launchedAt === undefined ? {} : { launchedAt: formatInstant(launchedAt) }),
    running: snapshot.plan.running,
    figures,
    alerts: openBySeverity(world, snapshot.alerts.values()),
    ...(worst === undefined ? {} : { worst }),
  };
}

function isWorse(state: LiveReading['state'], than: LiveReading['state'] | undefined): boolean {
  const weight = byWeight.indexOf(state);
  return weight >= 0 && (than === undefined || weight < byWeight.indexOf(than));
}

function openBySeverity(world: World | undefined, alerts: Iterable<LiveAlert>): { severity: string; open: number }[] {
  const counts = new Map<string, number>((world?.plan.severities ?? []).map(({ name }) => [name, 0]));
  for (const { state, severity } of alerts) {
    if (state === 'firing' || state === 'resolving') counts.set(severity, (counts.get(severity) ?? 0) + 1);
  }
  return [...counts].filter(([, open]) => open > 0).map(([severity, open]) => ({ severity, open }));
}
