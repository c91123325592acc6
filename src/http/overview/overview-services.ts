import type { Core } from '#engine/core-process.ts';
import { WatchbillError } from '#kernel/error-codes.ts';
import type { Clock } from '#kernel/ports.ts';
import { requirePlan } from '../known-plan.ts';
import { snapshotOf } from '../live/live-snapshot.ts';
import { viewOverview } from './overview-view.ts';
import { summarize } from './plan-summary.ts';
import type { OverviewServices } from './services.ts';

/** What the plans say, from the versions that run. */
export function createOverviewServices(
  core: Pick<Core, 'plans' | 'planState' | 'lastWorld'>,
  clock: Clock,
): OverviewServices {
  return {
    async plans(wanted) {
      const names = core.plans().filter(wanted);
      return Promise.all(
        names.map(async (name) => {
          const state = await core.planState(name);
          return summarize(name, core.lastWorld(name), snapshotOf({ ...state, notifications: {} }, clock.now()));
        }),
      );
    },
    async overview(plan, email) {
      requirePlan(core, plan);
      const world = core.lastWorld(plan);
      if (world === undefined) throw new WatchbillError('not-ready', `The plan ${plan} is not loaded yet.`, plan);
      return viewOverview(world, clock.now(), email);
    },
  };
}
