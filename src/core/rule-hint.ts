import type { CompiledPlan, Rule } from '#plan/model.ts';
import { nearestName } from '#plan/text/nearest-name.ts';
import { comparisonsOf } from './rule-index.ts';

/** So many names a sentence lists. */
const LISTED = 20;

/** What to say to who names a rule that there is not, in a sentence: the rules that read it when it is a signal, what is near, or all rules. */
export function ruleHint(plan: CompiledPlan, name: string): string {
  if (plan.signals.some((signal) => signal.name === name)) {
    const readers = plan.rules.filter((rule) =>
      comparisonsOf(plan, rule).some(({ signals, budgets = [] }) => signals.includes(name) || budgets.includes(name)),
    );
    const read =
      readers.length === 0
        ? 'no rule reads it'
        : readers.length === 1
          ? `the rule that reads it is ${enumerated(readers)}`
          : `the rules that read it are ${enumerated(readers)}`;
    return `\`${name}\` is a signal; ${read}.`;
  }
  const near = nearestName(
    name,
    plan.rules.map((rule) => rule.name),
  );
  if (near !== undefined) return `Did you mean \`${near}\`?`;
  return plan.rules.length === 0 ? 'The plan has no rules.' : `The rules are ${enumerated(plan.rules)}.`;
}

/** `a, b and c`, or `a, b and 3 more`. */
function enumerated(rules: readonly Rule[]): string {
  const names = rules.slice(0, LISTED).map(({ name }) => name);
  const more = rules.length - names.length;
  const parts = more > 0 ? [...names, `${more} more`] : names;
  return parts.length < 2 ? parts.join('') : `${parts.slice(0, -1).join(', ')} and ${parts.at(-1)}`;
}
