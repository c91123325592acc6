import type { Instant } from '#kernel/instant.ts';
import type { PlanCalendar } from '#plan/phases.ts';
import type { Probe } from '#plan/probe.ts';
import { gridAtOrBefore, paceOf, phaseNow } from './schedule.ts';

/**
 * When a prober that runs looks at a probe next, after `now`; undefined when it rests for good. At the beginning of a phase it looks at once
 * when the pace of that has an instant since the last look.
 */
export function nextLook(
  probe: Pick<Probe, 'everyMs' | 'whileFailingMs'>,
  { plan, launch }: { readonly plan: PlanCalendar; readonly launch: Instant | undefined },
  { offset, isFailing }: { readonly offset: number; readonly isFailing: boolean },
  now: Instant,
): Instant | undefined {
  let at = now;
  let doneUpTo = Number.NEGATIVE_INFINITY;
  for (;;) {
    const { phase, until } = phaseNow(plan, launch, at);
    const pace = paceOf(probe, phase, isFailing, offset);
    if (pace !== undefined) {
      const latest = gridAtOrBefore(pace, at);
      if (at > now && latest > doneUpTo) return at;
      const next = latest + pace.everyMs;
      if (next < until) return next;
      doneUpTo = Math.max(doneUpTo, latest);
    }
    if (until === Number.POSITIVE_INFINITY) return undefined;
    at = until;
  }
}
