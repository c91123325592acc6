import type { Core } from '#engine/core-process.ts';
import { WatchbillError } from '#kernel/error-codes.ts';
import type { Clock } from '#kernel/ports.ts';
import { isScenarioPath } from '#plan/scenario-file.ts';
import { requirePlan } from '../known-plan.ts';
import { RehearsalQueue } from './rehearsal-queue.ts';
import type { RehearsalServices } from './services.ts';

/** Rehearsals of the plans that the core runs. */
export function createRehearsalServices(core: Core, clock: Clock): RehearsalServices {
  const queue = new RehearsalQueue({ clock });

  async function current(plan: string) {
    requirePlan(core, plan);
    const stored = (await core.repositories.currentPlans()).find((each) => each.plan === plan);
    if (stored === undefined) throw new WatchbillError('not-found', `There is no plan "${plan}".`, plan);
    return stored;
  }

  return {
    async scenarios(plan) {
      const { version, files } = await current(plan);
      const scenarios = files.filter(({ path }) => isScenarioPath(path));
      return { version, scenarios: scenarios.map(({ path, text }) => ({ path, text, name: nameOf(text) ?? path })) };
    },
    async run(plan, { scenario, files }, caller) {
      requirePlan(core, plan);
      return queue.run({ scenario, files: files ?? (await current(plan)).files }, caller);
    },
    async stop() {
      queue.stop();
    },
  };
}

/** What a scenario calls itself, also when the rest of it is broken. */
function nameOf(text: string): string | undefined {
  const name = /^scenario:[ \t]*(?<name>\S.*)$/m.exec(text)?.groups?.['name'];
  return name
    ?.replace(/\s+#.*$/, '')
    .replace(/^(["'])(.*)\1$/, '$2')
    .trim();
}
