import type { Core } from '#engine/core-process.ts';
import { requirePlan } from '../known-plan.ts';
import type { SearchServices } from './services.ts';

/** The searches of the plans that run. */
export function createSearchServices(core: Pick<Core, 'plans' | 'lastWorld'>): SearchServices {
  return {
    async list(plan) {
      requirePlan(core, plan);
      const searches = core.lastWorld(plan)?.plan.searches ?? [];
      return { searches: searches.map(({ name, text, event }) => ({ name, text, event })) };
    },
  };
}
