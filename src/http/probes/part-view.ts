import type { PartStandingAnswer } from '#contract/services.ts';
import type { PartRuns } from '#insight/probes/read-parts.ts';
import type { Instant } from '#kernel/instant.ts';
import { availabilityOf, type Segment } from '#plan/availability.ts';
import { staleAfterMs } from '#plan/compile/checks.ts';
import type { Probe } from '#plan/probe.ts';

/** The course of one part of a probe's target over a range; judged as the probe itself is, by the answers that named it. */
export function partCourse(
  probe: Probe,
  runs: readonly PartRuns[],
  range: { readonly from: Instant; readonly to: Instant },
): readonly Segment[] {
  return availabilityOf(
    runs.map((location) => location.runs),
    { ...range, staleMs: staleAfterMs(probe), agree: probe.agree },
  );
}

/** How it stands at the end of its course. */
export function partStateOf(course: readonly Segment[]): PartStandingAnswer['state'] {
  const last = course.at(-1)?.state;
  return last === 'up' ? 'passing' : last === 'down' ? 'failing' : 'unknown';
}
