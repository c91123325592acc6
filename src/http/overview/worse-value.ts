import { comparisonsOf } from '#core/rule-index.ts';
import type { CompiledPlan, Measure, Rule, Signal } from '#plan/model.ts';
import { valueAt } from '#plan/phases.ts';
import { directionOf } from './bands-view.ts';

/** Of two values of a signal the worse. */
export type Worse = 'higher' | 'lower';

/** What every further value of is one that should not be. */
const COUNTS_FAULTS: ReadonlySet<Measure['function']> = new Set(['duplicates', 'missing']);

/**
 * Which values of a signal are worse: by its objective in the phase, else by the rules that compare it with something, when they agree, else
 * by what it counts. Undefined when none of them says.
 */
export function worseOf(plan: CompiledPlan, signal: Signal, phase: string | undefined): Worse | undefined {
  const objective = plan.objectives.find((one) => one.signal === signal.name);
  const bands = objective && valueAt(objective.bands, phase);
  switch (bands && directionOf(bands)) {
    case 'lower':
      return 'higher';
    case 'higher':
      return 'lower';
    case 'within':
      return undefined;
    default:
      return worseByRules(plan, signal) ?? worseByMeaning(plan, signal);
  }
}

function worseByRules(plan: CompiledPlan, signal: Signal): Worse | undefined {
  const sides = new Set(plan.rules.filter(({ enabled }) => enabled).flatMap((rule) => sidesOf(plan, rule, signal)));
  return sides.size === 1 ? [...sides][0] : undefined;
}

/** On which sides of what it is compared with a rule fires. One that asks for the opposite as well, as with `not`, says both. */
function sidesOf(plan: CompiledPlan, rule: Rule, signal: Signal): readonly Worse[] {
  // What resolves it lies on the good side.
  const { until: _until, ...opening } = rule;
  return comparisonsOf(plan, opening).flatMap(({ signals, left, comparison }): readonly Worse[] => {
    // Of what was made from it, such as 100 less the signal, the other side may be meant.
    if (signals.length !== 1 || signals[0] !== signal.name || left.kind !== signal.formula.kind) return [];
    switch (comparison.operator) {
      case '>':
      case '>=':
        return ['higher'];
      case '<':
      case '<=':
        return ['lower'];
      default:
        return [];
    }
  });
}

function worseByMeaning(plan: CompiledPlan, { formula }: Signal): Worse | undefined {
  if (formula.kind !== 'measure') return undefined;
  const counted = plan.measures[formula.measure]?.function;
  return counted !== undefined && COUNTS_FAULTS.has(counted) ? 'higher' : undefined;
}
