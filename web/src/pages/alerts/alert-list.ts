import type { AlertSummary } from '#contract/alerts.ts';
import type { LiveAlert } from '#contract/live.ts';

/** An alert as lists show it: what the API told, with what changed since by the live stream. */
export interface ListedAlert {
  /** The alert's id; of what is only pending, rule and group. */
  readonly key: string;
  readonly alert: string | undefined;
  readonly rule: string;
  readonly group: readonly string[];
  readonly severity: string;
  readonly state: LiveAlert['state'];
  /** Since when it is pending, else when it began to fire. */
  readonly openedAt: number;
  readonly resolvedAt: number | undefined;
  /** A named reason. */
  readonly reason: string | undefined;
  readonly version: number | undefined;
  readonly acknowledged: { readonly by: string; readonly at: string } | undefined;
  readonly silencedUntil: string | undefined;
  readonly flapping: boolean;
  readonly told: boolean | undefined;
  /** The service because of which nobody was told. */
  readonly needsDown: string | undefined;
}

/** The pages of the API with the live stream's alerts in them: open first, each part the newest first, nothing twice. */
export function listAlerts(stored: readonly AlertSummary[], live: readonly LiveAlert[]): readonly ListedAlert[] {
  const byId = new Map(live.flatMap((alert) => (alert.alert === undefined ? [] : [[alert.alert, alert] as const])));
  const known = new Set(stored.map(({ alert }) => alert));
  const listed = stored.map((alert) => joinAlert(fromSummary(alert), byId.get(alert.alert)));
  const onlyLive = live.filter(({ alert }) => alert === undefined || !known.has(alert)).map(fromLive);
  return [...onlyLive, ...listed].sort((left, right) => right.openedAt - left.openedAt);
}

function fromSummary(alert: AlertSummary): ListedAlert {
  const until = alert.silences.map((silence) => silence.until).sort();
  return {
    key: alert.alert,
    alert: alert.alert,
    rule: alert.rule,
    group: alert.group,
    severity: alert.severity,
    state: alert.state,
    openedAt: Date.parse(alert.openedAt),
    resolvedAt: alert.resolvedAt === undefined ? undefined : Date.parse(alert.resolvedAt),
    reason: alert.resolvedBecause,
    version: alert.version,
    acknowledged: alert.acknowledged,
    silencedUntil: until.at(-1),
    flapping: alert.flapping,
    told: alert.told,
    needsDown: alert.needsDown?.service,
  };
}

function fromLive(alert: LiveAlert): ListedAlert {
  return {
    key: alert.key,
    alert: alert.alert,
    rule: alert.rule,
    group: alert.group,
    severity: alert.severity,
    state: alert.state,
    openedAt: Date.parse(alert.openedAt ?? alert.since),
    resolvedAt: alert.state === 'resolved' ? Date.parse(alert.since) : undefined,
    reason: alert.reason,
    version: alert.version,
    acknowledged: alert.acknowledged,
    silencedUntil: undefined,
    flapping: alert.flapping,
    told: undefined,
    needsDown: alert.needsDown,
  };
}

/** What the stream says holds, unless the API has told of a later version. */
export function joinAlert(alert: ListedAlert, live: LiveAlert | undefined): ListedAlert {
  if (live === undefined || (live.version ?? 0) < (alert.version ?? 0)) return alert;
  const fresh = fromLive(live);
  const { silencedUntil, told } = alert;
  return { ...fresh, silencedUntil, told, reason: fresh.reason ?? alert.reason };
}

export const alertFilters = { all: 'All', open: 'Open', pending: 'About to fire', resolved: 'Over' } as const;
export type AlertFilter = keyof typeof alertFilters;

/** The filter that the address names; all when it names none of ours. */
export function readAlertFilter(text: string | undefined): AlertFilter {
  return text !== undefined && Object.hasOwn(alertFilters, text) ? (text as AlertFilter) : 'all';
}

export function isOpen({ state }: Pick<ListedAlert, 'state'>): boolean {
  return state === 'firing' || state === 'resolving';
}

/** In which part of the list an alert stands. */
export function partOf(alert: ListedAlert): Exclude<AlertFilter, 'all'> {
  if (isOpen(alert)) return 'open';
  return alert.state === 'pending' ? 'pending' : 'resolved';
}

/** Open alerts in the order in which they want somebody: nobody cares yet and no other alert is the cause, then the most severe, then the oldest. */
export function orderOpen(alerts: readonly ListedAlert[], severities: readonly string[]): readonly ListedAlert[] {
  const rank = ({ severity }: ListedAlert): number => {
    const place = severities.indexOf(severity);
    return place === -1 ? severities.length : place;
  };
  const quiet = (alert: ListedAlert): number =>
    Number(alert.acknowledged !== undefined || alert.needsDown !== undefined) + Number(alert.state === 'resolving') * 2;
  return [...alerts].sort(
    (left, right) => quiet(left) - quiet(right) || rank(left) - rank(right) || left.openedAt - right.openedAt,
  );
}
