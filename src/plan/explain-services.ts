import { defaultDownRules } from './compile/down-rules.ts';
import type { CompiledPlan, Service } from './model.ts';

/** What each service needs, and what means that it is down, with its default; the first of a row is its head. */
export function serviceRows(plan: CompiledPlan): readonly (readonly string[])[] {
  return plan.services.map((service) => [
    `${service.name}${service.importance === undefined ? '' : `: ${service.importance}`}`,
    ...(service.needs.length === 0 ? [] : [`needs: ${service.needs.join(', ')}`]),
    downText(plan, service),
  ]);
}

function downText({ rules, tests, probes = [] }: CompiledPlan, { name, down = [] }: Service): string {
  const usual = defaultDownRules(name, { rules, tests, probes });
  const isUsual = usual.length === down.length && usual.every((rule) => down.includes(rule));
  const says = down.length === 0 ? 'no rule says so' : `${down.join(' or ')} fires`;
  return `down while: ${says}${isUsual ? '  (default)' : ''}`;
}
