import { valuesOf } from '#plan/compile/by-phase.ts';
import type { CompiledPlan, Condition, Test } from '#plan/model.ts';

/** Names of the rules with a condition of which one test is meant, in the order of the plan. */
export function rulesAbout(plan: CompiledPlan, isMeant: (test: Test) => boolean): readonly string[] {
  const meant = new Set(
    Object.values(plan.tests)
      .filter(isMeant)
      .map(({ id }) => id),
  );
  return plan.rules
    .filter(({ when }) => valuesOf(when).some((condition) => asks(condition, meant)))
    .map(({ name }) => name);
}

function asks(condition: Condition, meant: ReadonlySet<string>): boolean {
  switch (condition.kind) {
    case 'test':
      return meant.has(condition.test);
    case 'and':
    case 'or':
      return condition.of.some((part) => asks(part, meant));
    case 'not':
    case 'for':
      return asks(condition.of, meant);
    case 'rule-firing':
    case 'review-wrong':
    case 'comparison-differs':
      return false;
  }
}
