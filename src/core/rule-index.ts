import type { ByPhase, ComparisonTest, CompiledPlan, Condition, Rule, TestId } from '#plan/model.ts';
import type { VouchingUnit } from './conditions.ts';

/** What the core looks up in a plan at every input, made once for each compiled plan. */
export interface RuleIndex {
  /** Rules by name; a rule that is switched off is not among them. */
  readonly rules: ReadonlyMap<string, Rule>;
  /** A rule stands after those whose alerts its condition reads. */
  readonly position: ReadonlyMap<string, number>;
  readonly rulesOfTest: ReadonlyMap<TestId, readonly string[]>;
  /** Rules whose conditions read this rule's alert. */
  readonly readers: ReadonlyMap<string, readonly string[]>;
  /** Rules whose conditions ask for a review or comparison of this name. */
  readonly rulesOfVouching: ReadonlyMap<string, readonly string[]>;
  /** Rules for which no executor is needed, nor for any that reads them or that those read. */
  readonly isDecidedByPeople: ReadonlySet<string>;
  /** 0 is the most severe. */
  readonly severityRank: ReadonlyMap<string, number>;
}

const indexes = new WeakMap<CompiledPlan, RuleIndex>();

/** The index of a plan; the same object for the same plan. */
export function ruleIndex(plan: CompiledPlan): RuleIndex {
  let index = indexes.get(plan);
  if (index === undefined) {
    index = makeIndex(plan);
    indexes.set(plan, index);
  }
  return index;
}

function makeIndex(plan: CompiledPlan): RuleIndex {
  const rules = new Map(plan.rules.filter((rule) => rule.enabled).map((rule) => [rule.name, rule]));
  const rulesOfTest = new Map<TestId, string[]>();
  const readers = new Map<string, string[]>();
  const reads = new Map<string, Set<string>>();
  const rulesOfVouching = new Map<string, string[]>();
  const tested = new Set<string>();
  for (const rule of rules.values()) {
    const tests = new Set<TestId>();
    const others = new Set<string>();
    const units = new Set<string>();
    for (const condition of conditionsOf(rule)) {
      collect(condition, tests, others);
      for (const unit of vouchingUnits(condition))
        units.add(unit.kind === 'review-wrong' ? unit.review : unit.comparison);
    }
    for (const unit of units) rulesOfVouching.set(unit, [...(rulesOfVouching.get(unit) ?? []), rule.name]);
    if (tests.size > 0) tested.add(rule.name);
    reads.set(rule.name, others);
    for (const test of tests) rulesOfTest.set(test, [...(rulesOfTest.get(test) ?? []), rule.name]);
    for (const other of others) readers.set(other, [...(readers.get(other) ?? []), rule.name]);
  }
  const isDecidedByPeople = new Set(
    [...rules.keys()].filter(
      (name) =>
        ![...closure(name, readers)].some((reader) => [...closure(reader, reads)].some((one) => tested.has(one))),
    ),
  );
  return {
    rules,
    position: positions(rules, reads),
    rulesOfTest,
    readers,
    rulesOfVouching,
    isDecidedByPeople,
    severityRank: new Map(plan.severities.map((severity, rank) => [severity.name, rank])),
  };
}

/** A rule and all that it leads to. */
function closure(name: string, leads: ReadonlyMap<string, Iterable<string>>): ReadonlySet<string> {
  const reached = new Set([name]);
  for (const next of reached) for (const other of leads.get(next) ?? []) reached.add(other);
  return reached;
}

/** Depth first, so that what is read stands before its reader. A circle, which the checker refuses, is cut where it closes. */
function positions(
  rules: ReadonlyMap<string, Rule>,
  reads: ReadonlyMap<string, ReadonlySet<string>>,
): ReadonlyMap<string, number> {
  const position = new Map<string, number>();
  const entered = new Set<string>();
  const visit = (name: string): void => {
    if (entered.has(name) || !rules.has(name)) return;
    entered.add(name);
    for (const other of reads.get(name) ?? []) visit(other);
    position.set(name, position.size);
  };
  for (const name of rules.keys()) visit(name);
  return position;
}

/** Every condition of a rule in any phase: those that fire it and those that resolve it. */
export function conditionsOf(rule: Rule): readonly Condition[] {
  return [...valuesOf(rule.when), ...(rule.until === undefined ? [] : valuesOf(rule.until))];
}

function valuesOf<Value>(byPhase: ByPhase<Value>): readonly Value[] {
  const values = Object.values(byPhase.phases ?? {});
  return byPhase.otherwise === undefined ? values : [...values, byPhase.otherwise];
}

/** Adds the tests and the rules that a condition reads. */
export function collect(condition: Condition, tests: Set<TestId>, rules: Set<string>): void {
  switch (condition.kind) {
    case 'test':
      tests.add(condition.test);
      return;
    case 'rule-firing':
      rules.add(condition.rule);
      return;
    case 'review-wrong':
    case 'comparison-differs':
      return;
    case 'and':
    case 'or':
      for (const part of condition.of) collect(part, tests, rules);
      return;
    case 'not':
    case 'for':
      collect(condition.of, tests, rules);
      return;
  }
}

/** The comparisons that a rule's own conditions make, in any phase. */
export function comparisonsOf(plan: CompiledPlan, rule: Rule): readonly ComparisonTest[] {
  const tests = new Set<TestId>();
  for (const condition of conditionsOf(rule)) collect(condition, tests, new Set());
  return [...tests].flatMap((id) => {
    const test = plan.tests[id];
    return test?.kind === 'comparison' ? [test] : [];
  });
}

/** The parts of a condition that people decide. */
export function vouchingUnits(condition: Condition): readonly VouchingUnit[] {
  switch (condition.kind) {
    case 'review-wrong':
    case 'comparison-differs':
      return [condition];
    case 'and':
    case 'or':
      return condition.of.flatMap(vouchingUnits);
    case 'not':
    case 'for':
      return vouchingUnits(condition.of);
    default:
      return [];
  }
}
