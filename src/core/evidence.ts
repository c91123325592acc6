import type { ComparisonTest, CompiledPlan, Condition, Operator, Test } from '#plan/model.ts';
import type { GroupKey } from '#plan/reading.ts';
import type { Draft } from './draft.ts';
import { groupOfTest } from './groups.ts';
import type { Evidence } from './model.ts';
import { collect, vouchingUnits } from './rule-index.ts';
import { vouchingEvidence } from './vouching.ts';

/** The tests of a condition as they stand in a group, with the readings behind them. */
export function evidenceOf(draft: Draft, condition: Condition, group: GroupKey): readonly Evidence[] {
  const tests = new Set<string>();
  collect(condition, tests, new Set());
  const evidence: Evidence[] = [];
  for (const id of tests) {
    const test = draft.plan.tests[id];
    const verdict = draft.verdict(id, groupOfTest(test, group));
    if (test === undefined || verdict === undefined) continue;
    const operator = test.kind === 'comparison' ? limitOperator(draft.plan, test) : undefined;
    evidence.push({
      test: id,
      text: test.text,
      signals: test.kind === 'comparison' ? test.signals : [],
      ...(operator === undefined ? {} : { operator }),
      truth: verdict.truth,
      reading: verdict.reading,
      against: verdict.against,
      ...(verdict.found === undefined ? {} : { found: verdict.found }),
      unit: unitOf(test),
      since: verdict.at,
    });
  }
  const vouched = new Map(vouchingUnits(condition).map((unit) => [JSON.stringify(unit), unit]));
  for (const unit of vouched.values()) evidence.push(...[vouchingEvidence(draft, unit) ?? []].flat());
  return evidence;
}

/** How a test holds one signal, as it is, against one fixed limit: `>` of `error_rate > 5%`; undefined for any other test. */
function limitOperator(plan: CompiledPlan, { signals, left, comparison }: ComparisonTest): Operator | undefined {
  const [name] = signals;
  if (signals.length !== 1 || comparison.operator === 'between' || comparison.right.kind !== 'constant')
    return undefined;
  const signal = plan.signals.find((one) => one.name === name);
  return JSON.stringify(signal?.formula) === JSON.stringify(left) ? comparison.operator : undefined;
}

/** What the value of a test's reading is in; see `Verdict`. */
function unitOf(test: Test): string {
  if (test.kind === 'comparison') return test.unit.shown;
  return test.kind === 'silence' || (test.kind === 'heartbeat' && test.is === 'late') ? 'ms' : '';
}
