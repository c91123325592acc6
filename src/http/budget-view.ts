import type { World } from '#core/model.ts';
import { launchOf } from '#core/phases.ts';
import { budgetOf, budgetTermsOf, type ErrorBudget } from '#plan/error-budget.ts';
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
