import type { Instant } from '#kernel/instant.ts';
import type { Rule, TestId } from '#plan/model.ts';
import type { GroupKey } from '#plan/reading.ts';
import { endJudgement, judgeRule } from './alerts.ts';
import type { Draft } from './draft.ts';
import { forgetGone, groupsOf, isGrouped, testsOf } from './groups.ts';
import { inForce } from './phases.ts';
import { judgementKey } from './world.ts';

/** The rules that have to be judged at an instant, each in the named groups or in all. */
export type Dirty = Map<string, Set<GroupKey> | 'all'>;

export function markRule(dirty: Dirty, rule: string, group: GroupKey | 'all'): void {
  const groups = dirty.get(rule);
  if (groups === 'all') return;
  if (group === 'all') dirty.set(rule, 'all');
  else if (groups === undefined) dirty.set(rule, new Set([group]));
  else groups.add(group);
}

/** Marks every rule in which the executors have a say. */
export function markEveryRule(draft: Draft, dirty: Dirty): void {
  for (const rule of draft.index.rules.keys()) if (!draft.isPeoples(rule)) markRule(dirty, rule, 'all');
}

/** Marks the rules that read a test in a group: an ungrouped test concerns every group of a grouped rule. */
export function markTest(draft: Draft, dirty: Dirty, test: TestId, group: GroupKey): void {
  const everywhere = !isGrouped(draft.plan.tests[test]);
  for (const name of draft.index.rulesOfTest.get(test) ?? []) markRule(dirty, name, everywhere ? 'all' : group);
}

/**
 * Judges the marked rules, each after those whose alerts it reads; when an alert opens or ends, the rules that read it are judged at
 * the same instant.
 */
export function judgeMarked(draft: Draft, dirty: Dirty, at: Instant): void {
  const judged = new Set<string>();
  let order = inOrder(draft, dirty);
  for (let next = order.pop(); next !== undefined; next = order.pop()) {
    const groups = dirty.get(next);
    dirty.delete(next);
    judged.add(next);
    const rule = draft.index.rules.get(next);
    if (rule === undefined || groups === undefined) continue;
    const readers = judgeGroups(draft, rule, groups, at) ? (draft.index.readers.get(next) ?? []) : [];
    const waiting = readers.filter((reader) => !judged.has(reader));
    for (const reader of waiting) markRule(dirty, reader, 'all');
    if (waiting.length > 0) order = inOrder(draft, dirty);
  }
}

/** Judges a rule in groups. Returns whether an alert opened or ended. */
function judgeGroups(draft: Draft, rule: Rule, groups: ReadonlySet<GroupKey> | 'all', at: Instant): boolean {
  let changed = false;
  for (const group of groups === 'all' ? groupsOf(draft, rule) : [...groups].sort()) {
    changed = judgeRule(draft, rule, group, at) || changed;
    if (rule.by.length > 0 && !draft.judgements.has(judgementKey(rule.name, group))) {
      for (const test of testsOf(rule)) forgetGone(draft, test, group);
    }
  }
  return changed;
}

/** The marked rules, the one to be judged first at the end. */
function inOrder(draft: Draft, dirty: Dirty): string[] {
  return [...dirty.keys()].sort((left, right) => place(draft, right) - place(draft, left));
}

function place(draft: Draft, rule: string): number {
  return draft.index.position.get(rule) ?? Number.POSITIVE_INFINITY;
}

/** Ends what is remembered of rules that sleep in the phase in force: needs no verdict, so it is done while the executors are silent too. */
export function endSleeping(draft: Draft, at: Instant): void {
  for (const judgement of [...draft.judgements.values()]) {
    const rule = draft.index.rules.get(judgement.rule);
    if (rule !== undefined && !draft.isPeoples(rule.name) && inForce(rule, draft.line.phase) === undefined) {
      endJudgement(draft, judgement, 'asleep-in-phase', at);
    }
  }
}
