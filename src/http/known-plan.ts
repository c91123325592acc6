import type { Core } from '#engine/core-process.ts';
import { WatchbillError } from '#kernel/error-codes.ts';

/** Throws `not-found` for a plan that this server does not run; in the words that a foreign plan is answered with. */
export function requirePlan(core: Pick<Core, 'plans'>, plan: string): void {
  if (!core.plans().includes(plan)) throw new WatchbillError('not-found', `There is no plan "${plan}".`, plan);
}
