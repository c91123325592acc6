import type { Instant } from '#kernel/instant.ts';
import type { Draft } from './draft.ts';
import type { Alert, Silence, World } from './model.ts';

/**
 * Silences keep alerts from being told, not from firing. An alert is covered as long as any silence of its rule and group lasts; what was
 * told before is not taken back, and its end is told even while a silence lasts: who was called has to hear that it is over. When the last
 * silence of an alert ends and it still fires, it is told at once, and once: for the first time, or once more if it had been told before.
 */

/** Whether a silence keeps this alert quiet now. */
export function covers(silence: Silence, { rule, group }: Pick<Alert, 'rule' | 'group'>): boolean {
  if (silence.ended !== undefined) return false;
  return (
    (silence.rule === undefined || silence.rule === rule) && (silence.group === undefined || silence.group === group)
  );
}

/** The silences that keep an alert quiet, the one that lasts longest first. */
export function silencesOf(
  { silences }: Pick<World, 'silences'>,
  alert: Pick<Alert, 'rule' | 'group'>,
): readonly Silence[] {
  return [...silences.values()]
    .filter((silence) => covers(silence, alert))
    .sort((left, right) => right.until - left.until);
}

/** Puts a new silence in place: open alerts that nothing covered before are silenced from now on. */
export function putNewSilence(draft: Draft, silence: Silence, at: Instant): void {
  const covered = openAlerts(draft).filter((alert) => covers(silence, alert) && silencesOf(draft, alert).length === 0);
  draft.putSilence(silence);
  for (const alert of covered) {
    draft.putAlert({ ...alert, version: alert.version + 1 });
    draft.record({
      at,
      kind: 'alert-silenced',
      subject: alert.key,
      reason: 'silenced',
      body: { alert: alert.key, rule: alert.rule, group: alert.group, ...describe(silence) },
    });
  }
}

/** Ends the silences whose time is over. */
export function endDueSilences(draft: Draft, at: Instant): void {
  for (const silence of [...draft.silences.values()]) {
    if (silence.dueAt !== undefined && silence.dueAt <= at) {
      finishSilence(draft, silence, { at, because: 'silence-expired' });
    }
  }
}

/** Ends a silence; alerts that no other one covers are told again, when `tellChanges` comes to them. */
export function finishSilence(draft: Draft, silence: Silence, ended: NonNullable<Silence['ended']>): void {
  const { dueAt: _dueAt, ...rest } = silence;
  const covered = openAlerts(draft).filter((alert) => covers(silence, alert));
  draft.putSilence({ ...rest, version: silence.version + 1, ended });
  const by = ended.by === undefined ? {} : { endedBy: ended.by };
  draft.record({
    at: ended.at,
    kind: 'silence-ended',
    subject: silence.key,
    reason: ended.because,
    body: { ...describe(silence), from: silence.from, ...by },
  });
  for (const alert of covered) {
    if (silencesOf(draft, alert).length > 0) continue;
    draft.putAlert({ ...alert, version: alert.version + 1 });
    draft.released.push(alert.key);
    draft.record({
      at: Math.max(ended.at, alert.openedAt),
      kind: 'alert-unsilenced',
      subject: alert.key,
      reason: ended.because,
      body: { alert: alert.key, rule: alert.rule, group: alert.group, silence: silence.key, ...by },
    });
  }
}

/** What facts say of a silence. */
export function describe(silence: Silence): Readonly<Record<string, unknown>> {
  return {
    silence: silence.key,
    ...(silence.rule === undefined ? {} : { silencedRule: silence.rule }),
    ...(silence.group === undefined ? {} : { silencedGroup: silence.group }),
    until: silence.until,
    why: silence.reason,
    by: silence.by,
  };
}

function openAlerts(draft: Draft): readonly Alert[] {
  return [...draft.alerts.values()].filter(({ state }) => state === 'firing');
}
