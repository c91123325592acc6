import type { ApplyPreview } from '#core/plan-change.ts';

/** What applying would do to what runs, a sentence each; empty when nothing of it is touched. */
export function describeEffects(preview: ApplyPreview): readonly string[] {
  return [
    ...preview.alertsResolve.map(
      ({ alert, rule, group, reason }) => `Alert ${alert} of ${rule}${of(group)} resolves: ${reason}.`,
    ),
    ...preview.alertsJudgedAnew.map(
      ({ alert, rule, group }) => `Alert ${alert} of ${rule}${of(group)} stays until the new condition is false.`,
    ),
    ...preview.alertsStay.map(({ alert, rule, group }) => `Alert ${alert} of ${rule}${of(group)} stays.`),
    ...preview.pendingCancelled.map(
      ({ rule, group, reason }) => `${rule}${of(group)} no longer waits to fire: ${reason}.`,
    ),
    ...preview.pendingRestart.map(({ rule, group }) => `${rule}${of(group)} starts its wait again.`),
    ...preview.rulesAdded.map((rule) => `Rule ${rule} is new.`),
    ...preview.rulesRemoved.map((rule) => `Rule ${rule} ends.`),
    ...preview.rulesChanged.map((rule) => `Rule ${rule} changes.`),
    ...preview.windowsRestart.map((text) => `The window of ${text} starts empty.`),
    ...preview.windowsEnd.map((text) => `The window of ${text} ends.`),
    ...preview.reviewsEnd.map((name) => `Review ${name} ends, with the verdicts on its samples.`),
    ...preview.comparisonsEnd.map((name) => `Comparison ${name} ends.`),
    ...preview.reviewsChanged.map((name) => `Review ${name} changes.`),
    ...preview.comparisonsChanged.map((name) => `Comparison ${name} changes.`),
    ...preview.objectivesChanged.map((signal) => `The objective of ${signal} changes.`),
  ];
}

function of(group: string): string {
  return group === '[]' ? '' : ` ${group}`;
}
