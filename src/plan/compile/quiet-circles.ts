import type { Rule } from '../model.ts';
import { circlesOf, type Step } from './circles.ts';
import type { Context } from './context.ts';

/**
 * Refuses rules that keep each other quiet, by `unless`, by what their services need, or by both: with all of them open, nobody would hear
 * of any.
 */
export function refuseQuietCircles(rules: readonly Rule[], context: Context): void {
  const byName = new Map(rules.map((rule) => [rule.name, rule]));
  for (const circle of circlesOf(byName.keys(), (name) => stepsFrom(byName.get(name)))) {
    const place = context.entry('rules', circle[0]?.from ?? '')?.key.span;
    if (place === undefined) continue;
    const parts = circle.map(({ from, to, because }) => `\`${from}\` because of \`${to}\` (${because})`);
    context.report.add('E173', place, `While all of them fire, nobody is told: ${parts.join(', ')}.`);
  }
}

function stepsFrom(rule: Rule | undefined): readonly Step[] {
  if (rule === undefined) return [];
  const { name: from, unless, service = '', needs = [] } = rule;
  return [
    // A rule that names itself is refused where it does.
    ...(unless === undefined || unless === from ? [] : [{ from, to: unless, because: '`unless`' }]),
    ...needs.flatMap((need) =>
      need.rules.map((to) => ({ from, to, because: `\`${service}\` needs \`${need.service}\`` })),
    ),
  ];
}
