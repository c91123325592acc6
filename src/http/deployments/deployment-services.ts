import type { Core } from '#engine/core-process.ts';
import { DAY_MS, formatInstant } from '#kernel/instant.ts';
import { limits } from '#kernel/limits.ts';
import type { Clock } from '#kernel/ports.ts';
import { storedDeployments } from '#storage/clickhouse/deployments.ts';
import type { AskTelemetry } from '#storage/clickhouse/within.ts';
import { requirePlan } from '../known-plan.ts';
import { readRange } from '../read-range.ts';
import { viewDeployments } from './deployments-view.ts';
import type { DeploymentServices } from './services.ts';

/** So far before the range the version before its first deployment is looked for. */
const BEFORE_MS = 30 * DAY_MS;

export interface DeploymentServicesOptions {
  readonly core: Pick<Core, 'plans'>;
  readonly askTelemetry: AskTelemetry;
  readonly clock: Clock;
}

/** What was deployed, from the telemetry store. */
export function createDeploymentServices(options: DeploymentServicesOptions): DeploymentServices {
  const { core, askTelemetry, clock } = options;
  return {
    async deployments(plan, given) {
      requirePlan(core, plan);
      const { from, to } = readRange(given, clock.now());
      const query = { plan, from: from - BEFORE_MS, to, limit: limits.deploymentsRead };
      const stored = await askTelemetry((client, signal) => storedDeployments(client, query, signal));
      const all = viewDeployments(stored, from);
      const deployments = all.slice(-limits.deploymentsShown);
      const isCut = stored.length === limits.deploymentsRead && (stored[0]?.at ?? 0) >= from;
      return {
        from: formatInstant(from),
        to: formatInstant(to),
        deployments,
        more: isCut || deployments.length < all.length,
      };
    },
  };
}
