import { explainAlert, explainRule } from '#core/explain.ts';
import { explanationLines } from '#core/explain-text.ts';
import { ruleHint } from '#core/rule-hint.ts';
import type { Core } from '#engine/core-process.ts';
import { WatchbillError } from '#kernel/error-codes.ts';
import { formatInstant } from '#kernel/instant.ts';
import type { Clock } from '#kernel/ports.ts';
import { budgetText } from '#plan/error-budget.ts';
import { viewBudgetsOf } from '../budget-view.ts';
import { viewFact } from '../fact-view.ts';
import { requirePlan } from '../known-plan.ts';
import type { JournalServices } from './services.ts';

/** What happened and why, from the core's journal. */
export function createJournalServices(core: Core, clock: Clock): JournalServices {
  const { repositories } = core;

  async function requirePerson(plan: string, person: string): Promise<void> {
    const { world } = await core.planStatus(plan);
    if (world === undefined || world.plan.people.some(({ name }) => name === person)) return;
    throw new WatchbillError('not-found', `The plan ${plan} has no person "${person}".`, person);
  }

  return {
    async explain(plan, subject) {
      requirePlan(core, plan);
      const { alert, facts, world } = await core.explain(plan, subject);
      const now = clock.now();
      const explanation =
        alert !== undefined
          ? explainAlert(alert.key, facts, world?.plan)
          : world === undefined
            ? undefined
            : explainRule(world, subject, now);
      const rule = world?.plan.rules.find(({ name }) => name === (alert?.rule ?? subject));
      const budgets =
        world === undefined || rule === undefined
          ? []
          : viewBudgetsOf(world, rule, (await core.planStatus(plan)).readings ?? []);
      return {
        subject,
        found: explanation !== undefined,
        lines:
          explanation === undefined
            ? world === undefined
              ? []
              : [ruleHint(world.plan, subject)]
            : [
                ...explanationLines(explanation),
                ...budgets.map((budget) => `error budget of ${budget.signal}: ${budgetText(budget)}`),
              ],
        budgets,
        explanation,
      };
    },
    async facts(plan, query) {
      requirePlan(core, plan);
      const facts = await repositories.listFacts({ plan, ...query });
      return facts.map(viewFact);
    },
    async inbox(plan, query) {
      requirePlan(core, plan);
      const messages = await repositories.listInbox({ plan, ...query });
      // A misspelt name is not an empty inbox; who has left the plan still has one.
      if (messages.length === 0 && query.person !== undefined) await requirePerson(plan, query.person);
      return messages.map((message) => ({ ...message, at: formatInstant(message.at) }));
    },
  };
}
