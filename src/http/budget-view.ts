import type { World } from '#core/model.ts';
import { launchOf } from '#core/phases.ts';
import { comparisonsOf } from '#core/rule-index.ts';
import type { SignalReading } from '#intake/link.ts';
import { budgetOf, budgetTermsOf, type ErrorBudget } from '#plan/error-budget.ts';
import type { CompiledPlan, Rule } from '#plan/model.ts';
import type { Reading } from '#plan/reading.ts';

/** What the objective in force leaves room for, by a reading; nothing for signals without an error budget. */
export function viewBudget(
  { plan, line }: Pick<World, 'plan' | 'line'>,
  signal: string,
  reading: Reading | undefined,
): { readonly budget?: ErrorBudget } {
  const terms = budgetTermsOf(plan, signal, line.phase);
  const budget = terms && reading && budgetOf(terms, reading, plan, launchOf(plan, line));
  return budget === undefined ? {} : { budget };
}

/** Signals with a budget that a rule tells of, in any phase: it reads them, or how fast theirs is used up. */
export function budgetSignalsOf(plan: CompiledPlan, rule: Rule): ReadonlySet<string> {
  return new Set(comparisonsOf(plan, rule).flatMap(({ budgets = [] }) => budgets));
}

/** The budgets that a rule tells of, as they stand. */
export function viewBudgetsOf(
  world: Pick<World, 'plan' | 'line'>,
  rule: Rule,
  readings: readonly SignalReading[],
): (ErrorBudget & { readonly signal: string })[] {
  return [...budgetSignalsOf(world.plan, rule)].flatMap((signal) => {
    const { budget } = viewBudget(world, signal, readings.find((one) => one.signal === signal)?.reading);
    return budget === undefined ? [] : [{ signal, ...budget }];
  });
}
