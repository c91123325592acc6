import type { Instant } from '#kernel/instant.ts';
import type { PhaseStretch } from '#plan/phases.ts';
import type { Probe } from '#plan/probe.ts';
import { type GridOffset, gridAtOrBefore, paceOf } from './schedule.ts';

/**
 * When a prober that runs looks at a probe next, after `now`; undefined when it rests for good. At the beginning of a phase it looks at once
 * when the pace of that has an instant since the last look. `course` is that of all probes of the plan, from `now` or earlier on.
 */
export function nextLook(
  probe: Pick<Probe, 'everyMs' | 'whileFailingMs'>,
  course: readonly PhaseStretch[],
  { offset, isFailing }: { readonly offset: GridOffset; readonly isFailing: boolean },
  now: Instant,
): Instant | undefined {
  let doneUpTo = Number.NEGATIVE_INFINITY;
  for (const { phase, from, to } of course) {
    if (to <= now) continue;
    const pace = paceOf(probe, phase, isFailing, offset);
    if (pace === undefined) continue;
    const at = Math.max(from, now);
    const latest = gridAtOrBefore(pace, at);
    if (at > now && latest > doneUpTo) return at;
    const next = latest + pace.everyMs;
    if (next < to) return next;
    doneUpTo = Math.max(doneUpTo, latest);
  }
  return undefined;
}
