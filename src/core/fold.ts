import type { Instant } from '#kernel/instant.ts';
import type { GroupKey } from '#plan/reading.ts';
import type { Acknowledgement, Alert, Fact, ResolveReason, Silence } from './model.ts';
import type { Via } from './via.ts';

/** What the facts alone say of an alert; the stored row must say the same. */
export interface FoldedAlert {
  readonly key: string;
  readonly rule: string;
  readonly group: GroupKey;
  readonly severity: string;
  readonly state: Alert['state'];
  readonly openedAt: Instant;
  readonly resolvedAt?: Instant;
  readonly resolvedBecause?: ResolveReason;
  readonly planVersion: number;
  readonly cycle: number;
  readonly told: boolean;
  readonly version: number;
  readonly acknowledged?: Acknowledgement;
}

/** Folds the facts of a plan, in the order of their sequence numbers, into its alerts by id. */
export function foldFacts(facts: Iterable<Fact>): ReadonlyMap<string, FoldedAlert> {
  const alerts = new Map<string, FoldedAlert>();
  for (const fact of facts) {
    const alert = alerts.get(fact.subject);
    switch (fact.kind) {
      case 'alert-fired':
        alerts.set(fact.subject, {
          key: fact.subject,
          rule: fact.body.rule as string,
          group: fact.body.group as GroupKey,
          severity: fact.body.severity as string,
          state: 'firing',
          openedAt: fact.at,
          planVersion: fact.body.planVersion as number,
          cycle: 0,
          told: false,
          version: 1,
        });
        break;
      case 'alert-resolved':
        if (alert === undefined) break;
        alerts.set(alert.key, {
          ...alert,
          state: 'resolved',
          resolvedAt: fact.at,
          resolvedBecause: fact.reason as ResolveReason,
          version: alert.version + 1,
        });
        break;
      case 'alert-acknowledged':
        if (alert === undefined) break;
        alerts.set(alert.key, {
          ...alert,
          acknowledged: { by: fact.body.by as string, at: fact.at, via: fact.body.via as Via },
          version: alert.version + 1,
        });
        break;
      case 'alert-silenced':
      case 'alert-unsilenced':
        if (alert !== undefined) alerts.set(alert.key, { ...alert, version: alert.version + 1 });
        break;
      // An alert that joins a spell of which people know needs no message of its own to be known.
      case 'alert-flapping':
        if (alert !== undefined && fact.body.told === true) alerts.set(alert.key, { ...alert, told: true });
        break;
      case 'notified':
        if (alert === undefined) break;
        alerts.set(alert.key, { ...alert, told: true, cycle: fact.body.cycle as number });
        break;
    }
  }
  return alerts;
}

/** The same view of a stored row, to be compared with the fold. */
export function foldedOf(alert: Alert): FoldedAlert {
  return {
    key: alert.key,
    rule: alert.rule,
    group: alert.group,
    severity: alert.severity,
    state: alert.state,
    openedAt: alert.openedAt,
    ...(alert.resolvedAt === undefined ? {} : { resolvedAt: alert.resolvedAt }),
    ...(alert.resolvedBecause === undefined ? {} : { resolvedBecause: alert.resolvedBecause }),
    planVersion: alert.planVersion,
    cycle: alert.cycle,
    told: alert.told,
    version: alert.version,
    ...(alert.acknowledged === undefined ? {} : { acknowledged: alert.acknowledged }),
  };
}

/** What the facts alone say of a silence; the stored row must say the same. */
export type FoldedSilence = Omit<Silence, 'kind' | 'request' | 'dueAt'>;

/** Folds the facts of a plan, in the order of their sequence numbers, into its silences by id. */
export function foldSilences(facts: Iterable<Fact>): ReadonlyMap<string, FoldedSilence> {
  const silences = new Map<string, FoldedSilence>();
  for (const { kind, subject, at, reason, body } of facts) {
    const silence = silences.get(subject);
    if (kind === 'silence-began') {
      silences.set(subject, {
        key: subject,
        ...(body.silencedRule === undefined ? {} : { rule: body.silencedRule as string }),
        ...(body.silencedGroup === undefined ? {} : { group: body.silencedGroup as GroupKey }),
        from: at,
        until: body.until as Instant,
        reason: body.why as string,
        by: body.by as string,
        version: 1,
      });
    } else if (kind === 'silence-ended' && silence !== undefined) {
      const because = reason as NonNullable<Silence['ended']>['because'];
      const ended = { at, because, ...(body.endedBy === undefined ? {} : { by: body.endedBy as string }) };
      silences.set(subject, { ...silence, version: silence.version + 1, ended });
    }
  }
  return silences;
}

/** The same view of a stored row, to be compared with the fold. */
export function foldedSilenceOf({ kind: _kind, request: _request, dueAt: _dueAt, ...silence }: Silence): FoldedSilence {
  return silence;
}
