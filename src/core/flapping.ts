import type { Instant } from '#kernel/instant.ts';
import { limits } from '#kernel/limits.ts';
import type { GroupKey } from '#plan/reading.ts';
import type { Draft } from './draft.ts';
import type { Alert } from './model.ts';

/**
 * Flapping. The third firing of a rule in a group within 30 minutes begins a *spell*: people are told once that it flaps. Within the
 * spell nothing is told one by one. It ends when nothing has changed for 30 minutes, and then the state in which it came to rest is
 * told once: still firing, or resolved. The last alert of a spell carries that instant as its `dueAt`.
 */

/** Whether an alert that opens at `at` belongs to a spell, running or beginning with it. */
export function isFlapping(draft: Draft, rule: string, group: GroupKey, at: Instant): boolean {
  let firings = 1;
  for (const alert of draft.alerts.values()) {
    if (alert.rule !== rule || alert.group !== group) continue;
    if (alert.flapping && alert.dueAt !== undefined) return true;
    if (alert.openedAt > at - limits.flapWindowMs) firings += 1;
  }
  return firings >= limits.flapFirings;
}

/** The alert of the same spell before this one. */
function previousOf(draft: Draft, alert: Alert): Alert | undefined {
  for (const other of draft.alerts.values()) {
    const same = other.rule === alert.rule && other.group === alert.group && other.key !== alert.key;
    if (same && other.flapping && other.dueAt !== undefined) return other;
  }
  return undefined;
}

/** Makes a flapping alert that has opened the one that carries the spell; whether people know of it already comes along. */
export function joinSpell(draft: Draft, alert: Alert): Alert {
  const previous = previousOf(draft, alert);
  if (previous !== undefined) {
    const { dueAt: _dueAt, ...rest } = previous;
    draft.putAlert(rest);
  }
  const joined = { ...alert, told: previous?.told ?? false, dueAt: alert.openedAt + limits.flapWindowMs };
  draft.putAlert(joined);
  return joined;
}

/** A flapping alert that has resolved: the spell ends when it stays so. */
export function closeSpell(alert: Alert, at: Instant): Alert {
  return { ...alert, dueAt: at + limits.flapWindowMs };
}
