import type { Instant } from '#kernel/instant.ts';
import type { TestId } from '#plan/model.ts';
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

export function markEveryRule(draft: Draft, dirty: Dirty): void {
  for (const rule of draft.index.rules.keys()) markRule(dirty, rule, 'all');
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
  while (dirty.size > 0) {
    const name = firstOf(draft, dirty);
    const groups = dirty.get(name);
    dirty.delete(name);
    judged.add(name);
    const rule = draft.index.rules.get(name);
    if (rule === undefined || groups === undefined) continue;
    let changed = false;
    for (const group of groups === 'all' ? groupsOf(draft, rule) : [...groups].sort()) {
      changed = judgeRule(draft, rule, group, at) || changed;
      if (rule.by.length > 0 && !draft.judgements.has(judgementKey(name, group))) {
        for (const test of testsOf(rule)) forgetGone(draft, test, group);
      }
    }
    if (!changed) continue;
    for (const reader of draft.index.readers.get(name) ?? []) {
      if (!judged.has(reader)) markRule(dirty, reader, 'all');
    }
  }
}

function firstOf(draft: Draft, dirty: Dirty): string {
  let first: string | undefined;
  for (const name of dirty.keys()) {
    if (first === undefined || place(draft, name) < place(draft, first)) first = name;
  }
  return first ?? '';
}

function place(draft: Draft, rule: string): number {
  return draft.index.position.get(rule) ?? Number.POSITIVE_INFINITY;
}

/** Ends what is remembered of rules that sleep in the phase in force: needs no executor, so it is done while they are silent too. */
export function endSleeping(draft: Draft, at: Instant): void {
  for (const judgement of [...draft.judgements.values()]) {
    const rule = draft.index.rules.get(judgement.rule);
    if (rule !== undefined && inForce(rule, draft.line.phase) === undefined) {
      endJudgement(draft, judgement, 'asleep-in-phase', at);
    }
  }
}
