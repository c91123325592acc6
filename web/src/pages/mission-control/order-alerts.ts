import type { LiveAlert } from '#contract/live.ts';

const states: readonly LiveAlert['state'][] = ['firing', 'resolving', 'pending'];

/** Those that are open or about to be: what nobody looks after first, then by severity, then the oldest first. `severities` is the plan's order. */
export function orderAlerts(alerts: readonly LiveAlert[], severities: readonly string[]): readonly LiveAlert[] {
  const severity = ({ severity: name }: LiveAlert): number => {
    const place = severities.indexOf(name);
    return place === -1 ? severities.length : place;
  };
  return alerts
    .filter(({ state }) => state !== 'resolved')
    .sort(
      (left, right) =>
        states.indexOf(left.state) - states.indexOf(right.state) ||
        Number(left.acknowledged !== undefined) - Number(right.acknowledged !== undefined) ||
        severity(left) - severity(right) ||
        Date.parse(left.since) - Date.parse(right.since),
    );
}

/** Those behind all others that are quiet because of another one. */
export function causesFirst(alerts: readonly LiveAlert[]): readonly LiveAlert[] {
  return alerts.toSorted((left, right) => Number(left.needsDown !== undefined) - Number(right.needsDown !== undefined));
}
