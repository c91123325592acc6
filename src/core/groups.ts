import type { Rule, Test, TestId } from '#plan/model.ts';
import { type GroupKey, UNGROUPED } from '#plan/reading.ts';
import type { Draft } from './draft.ts';
import type { Judgement } from './model.ts';
import { collect, conditionsOf } from './rule-index.ts';
import { judgementKey } from './world.ts';

/** A silence test has no groups. */
export function isGrouped(test: Test | undefined): boolean {
  return test?.kind === 'comparison' && test.by.length > 0;
}

/** The group in which a rule that is judged in `group` reads a test: an ungrouped operand applies to every group. */
export function groupOfTest(test: Test | undefined, group: GroupKey): GroupKey {
  return isGrouped(test) ? group : UNGROUPED;
}

/**
 * The groups in which a rule is judged: those that its grouped tests know, and those in which something is remembered of it, so
 * that an alert does not outlive its group unseen.
 */
export function groupsOf(draft: Draft, rule: Rule): readonly GroupKey[] {
  if (rule.by.length === 0) return [UNGROUPED];
  const groups = new Set<GroupKey>();
  for (const id of testsOf(rule)) {
    if (!isGrouped(draft.plan.tests[id])) continue;
    for (const group of draft.verdicts.get(id)?.keys() ?? []) groups.add(group);
  }
  for (const judgement of draft.judgements.values()) if (judgement.rule === rule.name) groups.add(judgement.group);
  return [...groups].sort();
}

/** Every test that a rule reads in any phase. */
export function testsOf(rule: Rule): ReadonlySet<TestId> {
  const tests = new Set<TestId>();
  for (const condition of conditionsOf(rule)) collect(condition, tests, new Set());
  return tests;
}

/**
 * Whether another rule's alerts concern ours in `group`: the same group when both are grouped alike, else any. Used for conditions
 * on rules, inhibition and families.
 */
export function concerns(other: Rule, otherGroup: GroupKey, rule: Rule, group: GroupKey): boolean {
  const alike = other.by.length === rule.by.length && other.by.every((field, place) => field === rule.by[place]);
  return alike ? otherGroup === group : true;
}

/** The judgements with an open alert of a rule that concern ours. */
export function openOf(draft: Draft, other: Rule, rule: Rule, group: GroupKey): readonly Judgement[] {
  const alike = other.by.length === rule.by.length && other.by.every((field, place) => field === rule.by[place]);
  if (alike || other.by.length === 0) {
    const judgement = draft.judgements.get(judgementKey(other.name, alike ? group : UNGROUPED));
    return judgement?.alert === undefined ? [] : [judgement];
  }
  return [...draft.judgements.values()].filter(
    (judgement) => judgement.rule === other.name && judgement.alert !== undefined,
  );
}

/** Drops what was said of groups that are gone, as soon as nothing is remembered of any rule in them. */
export function forgetGone(draft: Draft, test: TestId, group: GroupKey): void {
  if (draft.verdict(test, group)?.gone !== true) return;
  const held = (draft.index.rulesOfTest.get(test) ?? []).some((rule) =>
    draft.judgements.has(judgementKey(rule, group)),
  );
  if (!held) draft.removeVerdict(test, group);
}
