import type { Instant } from '#kernel/instant.ts';
import type { Rule } from '#plan/model.ts';
import type { Draft } from './draft.ts';
import { joinSpell } from './flapping.ts';
import type { Alert, DecisionReason } from './model.ts';
import type { NotificationIdentity } from './notification.ts';
import { targetsOf } from './recipients.ts';
import { family, isResolving, type Refusal, rank, refusalOf, unknownNeedOf } from './refusal.ts';

/**
 * Tells what the instant brought, when all rules are judged: first the ends, then what fires, the most severe first. An alert
 * that was kept quiet because of another is looked at again when any alert has opened or ended, or a silence has, so that it is told once
 * its reason to be quiet is gone. Of those kept quiet `which` says which are looked at.
 */
export function tellChanges(draft: Draft, at: Instant, which: (alert: Alert) => boolean = () => true): void {
  const { released } = draft;
  if (draft.opened.length === 0 && draft.ended.length === 0 && released.length === 0 && !draft.revived) return;
  draft.revived = false;
  draft.released = [];
  const opened = new Set(draft.opened);
  const ended = draft.ended;
  draft.opened = [];
  draft.ended = [];
  for (const key of opened) {
    const alert = draft.alerts.get(key);
    if (alert?.flapping === true && alert.state === 'firing') beginOrFold(draft, alert, Math.max(at, alert.openedAt));
  }
  for (const key of ended) {
    const alert = draft.alerts.get(key);
    if (alert !== undefined) tellResolved(draft, alert, 'alert-resolved', Math.max(at, alert.resolvedAt ?? at));
  }
  for (const key of released) {
    const alert = draft.alerts.get(key);
    if (alert?.state === 'firing' && alert.told) tellReleased(draft, alert, Math.max(at, alert.openedAt));
  }
  // What is about to resolve is not worth a first message.
  const quiet = [...draft.alerts.values()].filter(
    (alert) => alert.state === 'firing' && !alert.told && which(alert) && !isResolving(draft, alert),
  );
  quiet.sort((left, right) => rank(draft, left) - rank(draft, right) || left.openedAt - right.openedAt);
  for (const { key } of quiet) {
    const alert = draft.alerts.get(key);
    if (alert === undefined) continue;
    const because = released.includes(key) ? 'silence-ended' : opened.has(key) ? 'opened' : 'looked-at-again';
    // What only people decide may have opened ahead of the instant of the executors at which it is looked at again.
    tellFiring(draft, alert, because, Math.max(at, alert.openedAt));
  }
}

function beginOrFold(draft: Draft, alert: Alert, at: Instant): void {
  const joined = joinSpell(draft, alert);
  draft.record({
    at,
    kind: 'alert-flapping',
    subject: alert.key,
    reason: joined.told ? 'flapping-folded' : 'flapping-begun',
    body: { alert: alert.key, rule: alert.rule, group: alert.group, told: joined.told },
  });
  if (joined.told) refuse(draft, joined, { reason: 'flapping-folded' }, 'fired', at);
}

/** An alert of which people know, when nothing silences it any more. Within a flapping spell nothing is told one by one. */
function tellReleased(draft: Draft, alert: Alert, at: Instant): void {
  const rule = draft.index.rules.get(alert.rule);
  if (rule === undefined || alert.flapping) return;
  const refusal = refusalOf(draft, alert, rule);
  if (refusal !== undefined) refuse(draft, alert, refusal, 'repeated', at);
  else send(draft, withRepeat({ ...alert, cycle: alert.cycle + 1 }, rule, at), rule, 'repeated', 'silence-ended', at);
}

function tellFiring(
  draft: Draft,
  alert: Alert,
  because: 'opened' | 'silence-ended' | 'looked-at-again',
  at: Instant,
): void {
  const rule = draft.index.rules.get(alert.rule);
  if (rule === undefined) return;
  const refusal = refusalOf(draft, alert, rule);
  if (refusal !== undefined) {
    // Why it is quiet is recorded when that may be something new.
    if (because !== 'looked-at-again') refuse(draft, alert, refusal, alert.flapping ? 'flapping' : 'fired', at);
    return;
  }
  const upgraded = family(draft, alert, rule).filter((other) => other.told && rank(draft, other) > rank(draft, alert));
  if (alert.flapping) {
    const reason = because === 'silence-ended' ? because : 'flapping-begun';
    send(draft, { ...alert, told: true }, rule, 'flapping', reason, at);
    return;
  }
  const told = withRepeat({ ...alert, told: true }, rule, at);
  if (upgraded.length > 0) {
    send(draft, told, rule, 'fired', 'upgraded-in-family', at, { upgrades: upgraded.map(({ key }) => key) });
    return;
  }
  const need = because === 'looked-at-again' ? unknownNeedOf(draft, alert, rule) : undefined;
  const first = because === 'silence-ended' ? because : 'first-notification';
  send(draft, told, rule, 'fired', need === undefined ? first : 'needs-unknown', at, { ...need });
}

/** Told to those who heard that it fires, whatever inhibits it now. */
function tellResolved(draft: Draft, alert: Alert, reason: DecisionReason, at: Instant): void {
  if (alert.flapping && alert.dueAt !== undefined) {
    refuse(draft, alert, { reason: 'flapping-folded' }, 'resolved', at);
  } else if (!alert.told) {
    refuse(draft, alert, { reason: 'never-told-of-firing' }, 'resolved', at);
  } else {
    send(draft, alert, draft.index.rules.get(alert.rule), 'resolved', reason, at);
  }
}

/** A repeat that is due. Those missed meanwhile are not made up for: the next is after `reach`. */
export function tellRepeat(draft: Draft, alert: Alert, at: Instant, reach: Instant): void {
  const rule = draft.index.rules.get(alert.rule);
  if (rule === undefined || alert.repeatAt === undefined) return;
  if (rule.repeatMs <= 0) {
    // Another version of the plan made it so; what stays due would be due for ever.
    const { repeatAt: _repeatAt, dueAt: _dueAt, ...rest } = alert;
    draft.putAlert(rest);
    return;
  }
  const missed = Math.floor((reach - alert.repeatAt) / rule.repeatMs);
  const next = withRepeat(alert, rule, alert.repeatAt + Math.max(0, missed) * rule.repeatMs);
  const refusal = refusalOf(draft, alert, rule);
  if (refusal === undefined) {
    send(draft, { ...next, cycle: alert.cycle + 1 }, rule, 'repeated', 'repeat-interval-passed', at);
    return;
  }
  draft.putAlert(next);
  refuse(draft, alert, refusal, 'repeated', at);
}

/** A flapping spell came to rest. */
export function tellSettled(draft: Draft, alert: Alert, at: Instant): void {
  const { dueAt: _dueAt, ...rest } = alert;
  const settled: Alert = alert.state === 'firing' ? { ...rest, flapping: false } : rest;
  draft.putAlert(settled);
  draft.record({
    at,
    kind: 'alert-flapping',
    subject: alert.key,
    reason: 'flapping-ended',
    body: { alert: alert.key, rule: alert.rule, group: alert.group, settled: alert.state },
  });
  if (settled.state === 'resolved') {
    tellResolved(draft, settled, 'flapping-ended', at);
    return;
  }
  const rule = draft.index.rules.get(alert.rule);
  if (rule === undefined) return;
  const refusal = refusalOf(draft, settled, rule);
  if (refusal === undefined) {
    send(draft, withRepeat({ ...settled, told: true }, rule, at), rule, 'fired', 'flapping-ended', at);
  } else {
    // Those who know of the flapping still hear of its end, and of repeats once nothing holds it back.
    if (settled.told && settled.acknowledged === undefined) draft.putAlert(withRepeat(settled, rule, at));
    refuse(draft, settled, refusal, 'fired', at);
  }
}

function withRepeat(alert: Alert, rule: Rule, from: Instant): Alert {
  if (rule.repeatMs <= 0) return alert;
  const repeatAt = from + rule.repeatMs;
  return { ...alert, repeatAt, dueAt: repeatAt };
}

function refuse(draft: Draft, alert: Alert, refusal: Refusal, step: NotificationIdentity['step'], at: Instant): void {
  draft.record({
    at,
    kind: 'not-notified',
    subject: alert.key,
    reason: refusal.reason,
    body: {
      alert: alert.key,
      rule: alert.rule,
      group: alert.group,
      step,
      ...(refusal.by === undefined ? {} : { by: refusal.by }),
      ...(refusal.service === undefined ? {} : { service: refusal.service }),
      ...refusal.silence,
    },
  });
}

/** Puts the alert in place and one message for each person and channel into the queue. */
function send(
  draft: Draft,
  alert: Alert,
  rule: Rule | undefined,
  step: NotificationIdentity['step'],
  reason: DecisionReason,
  at: Instant,
  more: Readonly<Record<string, unknown>> = {},
): void {
  draft.putAlert(alert);
  const { targets, unreachable } = targetsOf(alert.recipients);
  for (const { recipient, channel, via } of targets) {
    draft.notify({
      identity: { episode: alert.key, policyVersion: alert.planVersion, cycle: alert.cycle, step, recipient, channel },
      rule: alert.rule,
      severity: alert.severity,
      createdAt: at,
      content: {
        plan: draft.plan.name,
        planTitle: draft.plan.title,
        alert: alert.key,
        rule: alert.rule,
        group: alert.group,
        severity: alert.severity,
        state: alert.state,
        step,
        openedAt: alert.openedAt,
        ...(alert.resolvedAt === undefined ? {} : { resolvedAt: alert.resolvedAt }),
        condition: rule?.text ?? '',
        evidence: alert.evidence,
        ...(rule?.runbook === undefined ? {} : { runbook: rule.runbook }),
        repeatMs: rule?.repeatMs ?? 0,
      },
    });
    draft.record({
      at,
      kind: 'notified',
      subject: alert.key,
      reason,
      body: {
        alert: alert.key,
        rule: alert.rule,
        group: alert.group,
        step,
        cycle: alert.cycle,
        recipient,
        channel,
        ...(via === undefined ? {} : { via }),
        ...more,
      },
    });
  }
  for (const person of unreachable)
    refuse(draft, alert, { reason: 'recipient-has-no-channel', by: [person] }, step, at);
}
