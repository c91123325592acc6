import { valuesOf } from '#plan/compile/by-phase.ts';
import type { CompiledPlan, Condition, Test } from '#plan/model.ts';

/** What conditions are made of: what is no `and`, `or`, `not` or `for` of others. */
type ConditionUnit = Exclude<Condition, { readonly kind: 'and' | 'or' | 'not' | 'for' }>;

/** Names of the rules with a condition of which one test is meant, in the order of the plan. */
export function rulesAbout(plan: CompiledPlan, isMeant: (test: Test) => boolean): readonly string[] {
  const meant = new Set(
    Object.values(plan.tests)
      .filter(isMeant)
      .map(({ id }) => id),
  );
  return rulesAsking(plan, (unit) => unit.kind === 'test' && meant.has(unit.test));
}

/** Names of the rules with a condition of which one unit is meant, in the order of the plan. */
export function rulesAsking(plan: CompiledPlan, isMeant: (unit: ConditionUnit) => boolean): readonly string[] {
  return plan.rules
    .filter(({ when }) => valuesOf(when).some((condition) => asks(condition, isMeant)))
    .map(({ name }) => name);
}

function asks(condition: Condition, isMeant: (unit: ConditionUnit) => boolean): boolean {
  switch (condition.kind) {
    case 'and':
    case 'or':
      return condition.of.some((part) => asks(part, isMeant));
    case 'not':
    case 'for':
      return asks(condition.of, isMeant);
    default:
      return isMeant(condition);
  }
}
