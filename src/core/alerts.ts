import type { Instant } from '#kernel/instant.ts';
import type { Rule } from '#plan/model.ts';
import type { GroupKey, Truth } from '#plan/reading.ts';
import { and, type ConditionContext, evaluateCondition, not } from './conditions.ts';
import type { Draft } from './draft.ts';
import { earlier } from './due.ts';
import { evidenceOf } from './evidence.ts';
import { closeSpell, isFlapping } from './flapping.ts';
import { concerns, groupOfTest, groupsOf, openOf } from './groups.ts';
import type { Alert, Evidence, Judgement, ResolveReason } from './model.ts';
import { inForce, phaseOf, type RuleInForce } from './phases.ts';
import { recipientsOf } from './recipients.ts';
import { advanceTrueSince, completesAt, type TrueSince } from './true-since.ts';
import { vouchedAgainst } from './vouching.ts';
import { judgementKey } from './world.ts';

/** The name under which the wait before a resolution is counted among the `for`s; no condition has this id. */
const RESOLUTION = '#resolution';

/**
 * Judges a rule in one group at one instant and does what follows: nothing → pending → firing → resolving → resolved. Returns whether
 * an alert opened or ended, which rules that read this one have to hear.
 */
export function judgeRule(draft: Draft, rule: Rule, group: GroupKey, at: Instant): boolean {
  const force = inForce(rule, phaseOf(draft, rule.name));
  const before = draft.judgements.get(judgementKey(rule.name, group));
  if (force === undefined) return before !== undefined && endJudgement(draft, before, 'asleep-in-phase', at);
  return before?.alert === undefined
    ? judgeClosed(draft, rule, group, force, before, at)
    : judgeOpen(draft, rule, group, force, before, before.alert, at);
}

function judgeClosed(
  draft: Draft,
  rule: Rule,
  group: GroupKey,
  force: RuleInForce,
  before: Judgement | undefined,
  at: Instant,
): boolean {
  const context = contextOf(draft, rule, group, before, at, false);
  const when = evaluateCondition(force.when, context);
  const evidence = (): readonly Evidence[] => evidenceOf(draft, force.when, group);
  if (when.truth === 'true') {
    const alert = openAlert(draft, rule, group, force.severity, evidence(), at);
    write(draft, rule, group, before, 'firing', when.trueSince, when.dueAt, { alert }, at);
    return true;
  }
  if (Object.keys(when.trueSince).length === 0) {
    if (before !== undefined) {
      draft.removeJudgement(before.key);
      draft.record({
        at,
        kind: 'alert-cancelled',
        subject: rule.name,
        reason: 'condition-false',
        body: { rule: rule.name, group, pendingSince: before.since, evidence: evidence() },
      });
    }
    return false;
  }
  if (before === undefined) {
    draft.record({
      at,
      kind: 'alert-pending',
      subject: rule.name,
      reason: 'waiting-for',
      body: {
        rule: rule.name,
        group,
        ...(when.dueAt === undefined ? {} : { dueAt: when.dueAt }),
        evidence: evidence(),
      },
    });
  }
  const suspended = Object.values(when.trueSince).every((entry) => entry.suspendedAt !== undefined);
  const unknownSince = noteUnknown(draft, rule, group, before, suspended, evidence, at);
  write(draft, rule, group, before, 'pending', when.trueSince, when.dueAt, { unknownSince }, at);
  return false;
}

function judgeOpen(
  draft: Draft,
  rule: Rule,
  group: GroupKey,
  force: RuleInForce,
  before: Judgement,
  alertKey: string,
  at: Instant,
): boolean {
  const context = contextOf(draft, rule, group, before, at, true);
  const when = evaluateCondition(force.when, context);
  const until = force.until === undefined ? undefined : evaluateCondition(force.until, { ...context, open: false });
  // What still meets the condition stays open, even when `until` holds too: else it would open again at once.
  const over: Truth = until === undefined ? not(when.truth) : and(until.truth, not(when.truth));
  const resolution = advanceTrueSince(before.trueSince[RESOLUTION], over, force.resolveAfterMs, at);
  const evidence = (): readonly Evidence[] =>
    evidenceOf(draft, force.until === undefined ? force.when : { kind: 'and', of: [force.until, force.when] }, group);
  if (resolution.truth === 'true') {
    const reason = until === undefined ? 'condition-false' : 'until-true';
    resolveAlert(draft, alertKey, reason, evidence(), at);
    if (Object.keys(when.trueSince).length === 0) draft.removeJudgement(before.key);
    else write(draft, rule, group, undefined, 'pending', when.trueSince, when.dueAt, {}, at);
    return true;
  }
  const trueSince = { ...when.trueSince, ...until?.trueSince };
  let dueAt = earlier(when.dueAt, until?.dueAt);
  if (resolution.entry !== undefined) {
    trueSince[RESOLUTION] = resolution.entry;
    dueAt = earlier(dueAt, completesAt(resolution.entry, force.resolveAfterMs, at));
  }
  const unknownSince = noteUnknown(draft, rule, group, before, over === 'unknown', evidence, at);
  const state = resolution.entry === undefined ? 'firing' : 'resolving';
  if (before.state === 'resolving' && state === 'firing') draft.revived = true;
  // What it kept quiet is to be told, for nobody knows whether it still is the cause.
  if (before.unknownSince === undefined && unknownSince !== undefined) draft.revived = true;
  write(draft, rule, group, before, state, trueSince, dueAt, { alert: alertKey, unknownSince }, at);
  return false;
}

/**
 * Ends what is remembered of a rule in a group for a reason outside its condition: an open alert resolves, a pending one is
 * cancelled. Returns whether an alert ended.
 */
export function endJudgement(draft: Draft, judgement: Judgement, reason: ResolveReason, at: Instant): boolean {
  draft.removeJudgement(judgement.key);
  if (judgement.alert !== undefined) {
    resolveAlert(draft, judgement.alert, reason, draft.alerts.get(judgement.alert)?.evidence ?? [], at);
    return true;
  }
  const { rule, group, since } = judgement;
  draft.record({ at, kind: 'alert-cancelled', subject: rule, reason, body: { rule, group, pendingSince: since } });
  return false;
}

function openAlert(
  draft: Draft,
  rule: Rule,
  group: GroupKey,
  severity: string,
  evidence: readonly Evidence[],
  at: Instant,
): string {
  const key = `A-${draft.line.nextAlert}`;
  draft.line = { ...draft.line, nextAlert: draft.line.nextAlert + 1 };
  const flapping = isFlapping(draft, rule.name, group, at);
  const alert: Alert = {
    kind: 'alert',
    key,
    rule: rule.name,
    group,
    severity,
    state: 'firing',
    openedAt: at,
    planVersion: draft.line.version,
    recipients: recipientsOf(draft.plan, rule, severity),
    evidence,
    cycle: 0,
    flapping,
    told: false,
    version: 1,
  };
  draft.putAlert(alert);
  draft.opened.push(key);
  draft.record({
    at,
    kind: 'alert-fired',
    subject: key,
    reason: 'condition-true',
    body: { alert: key, rule: rule.name, group, severity, planVersion: alert.planVersion, flapping, evidence },
  });
  return key;
}

function resolveAlert(
  draft: Draft,
  key: string,
  reason: ResolveReason,
  evidence: readonly Evidence[],
  instant: Instant,
): void {
  const alert = draft.alerts.get(key);
  if (alert === undefined) return;
  // Another version of the plan may have it judged by a clock that is behind the one by which it opened.
  const at = Math.max(instant, alert.openedAt);
  const { repeatAt: _repeatAt, dueAt: _dueAt, ...rest } = alert;
  // A rule that is gone or asleep cannot go on flapping: its spell ends with it and the end is told as usual.
  const lasts = reason === 'condition-false' || reason === 'until-true';
  const flapping = alert.flapping && lasts;
  const version = alert.version + 1;
  const resolved: Alert = { ...rest, state: 'resolved', resolvedAt: at, resolvedBecause: reason, flapping, version };
  draft.putAlert(flapping ? closeSpell(resolved, at) : resolved);
  draft.ended.push(key);
  draft.record({
    at,
    kind: 'alert-resolved',
    subject: key,
    reason,
    body: { alert: key, rule: alert.rule, group: alert.group, openedAt: alert.openedAt, flapping, evidence },
  });
}

function contextOf(
  draft: Draft,
  rule: Rule,
  group: GroupKey,
  before: Judgement | undefined,
  at: Instant,
  open: boolean,
  reading: readonly string[] = [],
): ConditionContext {
  return {
    at,
    open,
    before: before?.trueSince ?? {},
    truthOf: (test) => draft.verdict(test, groupOfTest(draft.plan.tests[test], group))?.truth ?? 'unknown',
    // What people say holds from when they said it, and what the executors have a say in may be judged behind that.
    vouchedAgainst: (unit) => vouchedAgainst(draft, unit, draft.isPeoples(rule.name) ? undefined : at),
    ruleFiring: (name) => firingTruth(draft, name, rule, group, at, [...reading, rule.name]),
  };
}

/** Whether another rule fires. That it does not is only certain when its own condition is known. */
function firingTruth(
  draft: Draft,
  name: string,
  rule: Rule,
  group: GroupKey,
  at: Instant,
  reading: readonly string[],
): Truth {
  const other = draft.index.rules.get(name);
  if (other === undefined || reading.includes(name)) return 'false';
  if (openOf(draft, other, rule, group).length > 0) return 'true';
  const force = inForce(other, phaseOf(draft, name));
  if (force === undefined) return 'false';
  for (const otherGroup of groupsOf(draft, other)) {
    if (!concerns(other, otherGroup, rule, group)) continue;
    const judgement = draft.judgements.get(judgementKey(name, otherGroup));
    const context = contextOf(draft, other, otherGroup, judgement, at, false, reading);
    if (evaluateCondition(force.when, context).truth === 'unknown') return 'unknown';
  }
  return 'false';
}

/** Records once that a rule of which something depends cannot be judged, and once that it can again. */
function noteUnknown(
  draft: Draft,
  rule: Rule,
  group: GroupKey,
  before: Judgement | undefined,
  unknown: boolean,
  evidence: () => readonly Evidence[],
  at: Instant,
): Instant | undefined {
  const since = before?.unknownSince;
  if (unknown === (since !== undefined)) return since;
  draft.record({
    at,
    kind: unknown ? 'not-evaluated' : 'evaluated-again',
    subject: rule.name,
    reason: unknown ? 'condition-unknown' : 'condition-known',
    body: {
      rule: rule.name,
      group,
      ...(before?.alert === undefined ? {} : { alert: before.alert }),
      ...(since === undefined ? {} : { unknownSince: since }),
      evidence: evidence(),
    },
  });
  return unknown ? at : undefined;
}

function write(
  draft: Draft,
  rule: Rule,
  group: GroupKey,
  before: Judgement | undefined,
  state: Judgement['state'],
  trueSince: Readonly<Record<string, TrueSince>>,
  dueAt: Instant | undefined,
  more: { readonly alert?: string; readonly unknownSince?: Instant | undefined },
  at: Instant,
): void {
  const { alert, unknownSince } = more;
  const judgement: Judgement = {
    kind: 'judgement',
    key: judgementKey(rule.name, group),
    rule: rule.name,
    group,
    conditionHash: rule.conditionHash,
    state,
    since: before?.state === state ? before.since : at,
    trueSince,
    ...(alert === undefined ? {} : { alert }),
    ...(unknownSince === undefined ? {} : { unknownSince }),
    ...(dueAt === undefined ? {} : { dueAt }),
  };
  if (before === undefined || JSON.stringify(before) !== JSON.stringify(judgement)) draft.putJudgement(judgement);
}
