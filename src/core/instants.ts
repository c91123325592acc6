import type { Instant } from '#kernel/instant.ts';
import type { Draft } from './draft.ts';
import { type Dirty, judgeMarked } from './judging.ts';
import { tellChanges, tellRepeat, tellSettled } from './notify.ts';
import { endDueSilences } from './silences.ts';

/**
 * One instant: the marked rules are judged, silences whose time is over end, then what came of both is told, then timers that are due at
 * it run. `reach` is how far timers may go in this step.
 */
export function judgeAt(draft: Draft, dirty: Dirty, at: Instant, reach: Instant): void {
  judgeMarked(draft, dirty, at);
  endDueSilences(draft, at);
  tellChanges(draft, at);
  for (const alert of [...draft.alerts.values()]) {
    if (alert.dueAt === undefined || alert.dueAt > at) continue;
    if (alert.flapping) tellSettled(draft, alert, at);
    else tellRepeat(draft, alert, at, reach);
  }
}
