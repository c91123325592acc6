import type { Instant } from '#kernel/instant.ts';
import type { Draft } from './draft.ts';
import { type Dirty, judgeMarked } from './judging.ts';
import type { Alert } from './model.ts';
import { tellChanges, tellRepeat, tellSettled } from './notify.ts';
import { endDueSilences } from './silences.ts';

/**
 * One instant of the executors' time: the marked rules are judged, silences whose time is over end, then what came of both is told, then timers that are due at
 * it run. `reach` is how far timers may go in this step.
 */
export function judgeAt(draft: Draft, dirty: Dirty, at: Instant, reach: Instant): void {
  judgeMarked(draft, dirty, at);
  endDueSilences(draft, at);
  tellChanges(draft, at);
  tellDue(draft, at, reach, (alert) => !draft.isPeoples(alert.rule));
}

/** The timers of alerts that are due at an instant: repeats, and the ends of flapping spells. */
export function tellDue(draft: Draft, at: Instant, reach: Instant, which: (alert: Alert) => boolean): void {
  for (const alert of [...draft.alerts.values()]) {
    if (alert.dueAt === undefined || alert.dueAt > at || !which(alert)) continue;
    if (alert.flapping) tellSettled(draft, alert, at);
    else tellRepeat(draft, alert, at, reach);
  }
}
