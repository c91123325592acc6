import type { AlertDetailAnswer, AlertSummary, EvidenceAnswer } from '#contract/alerts.ts';
import { explainAlert } from '#core/explain.ts';
import { explanationLines } from '#core/explain-text.ts';
import { foundText } from '#core/found-text.ts';
import type { Evidence } from '#core/model.ts';
import { reasonWith } from '#core/reasons.ts';
import type { AlertDetail, AlertView } from '#engine/alert-views.ts';
import { formatAgainst, formatThreshold } from '#kernel/format-figure.ts';
import { formatInstant } from '#kernel/instant.ts';
import { viewDelivery } from '../deliveries/delivery-view.ts';
import { viewFact } from '../fact-view.ts';
import { groupValues } from '../group-values.ts';
import { instantField } from '../instant-field.ts';
import { keysField } from '../keys-field.ts';

/** An alert as lists show it. */
export function viewAlert({ alert, silences, resolving, needsDown }: AlertView): AlertSummary {
  const { acknowledged } = alert;
  return {
    alert: alert.key,
    rule: alert.rule,
    group: groupValues(alert.group),
    severity: alert.severity,
    state: resolving ? 'resolving' : alert.state,
    openedAt: formatInstant(alert.openedAt),
    ...instantField('resolvedAt', alert.resolvedAt),
    ...(alert.resolvedBecause === undefined ? {} : { resolvedBecause: alert.resolvedBecause }),
    version: alert.version,
    ...(acknowledged === undefined ? {} : { acknowledged: { ...acknowledged, at: formatInstant(acknowledged.at) } }),
    silences: silences.map(({ key, until, by, reason, version }) => ({
      silence: key,
      until: formatInstant(until),
      by,
      reason,
      version,
    })),
    flapping: alert.flapping,
    told: alert.told,
    ...(needsDown === undefined ? {} : { needsDown: { service: needsDown.service, by: [...needsDown.by] } }),
    ...instantField('repeatAt', alert.repeatAt),
    planVersion: alert.planVersion,
  };
}

/** An alert with its readings, its timeline and its messages. */
export function viewAlertDetail(detail: AlertDetail): AlertDetailAnswer {
  const { alert, facts, notifications, world } = detail;
  const rule = world?.plan.rules.find(({ name }) => name === alert.rule);
  const fired = facts.find(({ kind }) => kind === 'alert-fired');
  const resolved = facts.find(({ kind }) => kind === 'alert-resolved');
  const explanation = explainAlert(alert.key, facts, world?.plan);
  return {
    alert: viewAlert(detail),
    ...(rule === undefined ? {} : { condition: rule.text }),
    ...(rule?.runbook === undefined ? {} : { runbook: rule.runbook }),
    evidence: (fired === undefined ? alert.evidence : evidenceOf(fired.body)).map(viewEvidence),
    ...(resolved === undefined ? {} : { resolvedEvidence: evidenceOf(resolved.body).map(viewEvidence) }),
    timeline: facts.map((fact) => ({ ...viewFact(fact), reasonText: reasonWith(fact.reason, fact.body.service) })),
    notifications: notifications.map((notification) => ({
      ...viewDelivery({ ...notification, attemptCount: notification.attempts.length }),
      attempts: notification.attempts.map(({ attempt, startedAt, endedAt, outcome, problem }) => ({
        attempt,
        startedAt: formatInstant(startedAt),
        ...instantField('endedAt', endedAt),
        ...(outcome === undefined ? {} : { outcome }),
        ...(problem === undefined ? {} : { problem }),
      })),
    })),
    explanation: explanation === undefined ? [] : [...explanationLines(explanation)],
  };
}

function evidenceOf(body: Readonly<Record<string, unknown>>): readonly Evidence[] {
  return (body['evidence'] as readonly Evidence[] | undefined) ?? [];
}

function viewEvidence(evidence: Evidence): EvidenceAnswer {
  const { text, signals, operator, truth, reading, against, unit, since } = evidence;
  // What a probe or heartbeat found is told in words; its failures in a row are no figure.
  const found = foundText(evidence, formatInstant);
  const value = reading.state === 'no data' || found !== undefined ? undefined : reading.value;
  return {
    text,
    signals: [...(signals ?? [])],
    ...(operator === undefined ? {} : { operator }),
    truth,
    state: reading.state,
    ...(value === undefined ? {} : { value }),
    shown: value === undefined ? (found ?? '-') : formatAgainst(value, against, unit),
    sampleSize: reading.sampleSize,
    ...(reading.state === 'too few' ? { needed: reading.needed } : {}),
    ...(reading.state === 'no data' ? { reason: reading.reason } : {}),
    against: against.map((limit) => ({ value: limit, shown: formatThreshold(limit, unit) })),
    unit,
    ...keysField(evidence.found),
    ...instantField('since', since),
  };
}
