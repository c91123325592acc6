import type { ProbeHistoryAnswer } from '#contract/probes.ts';
import { formatInstant, type Instant } from '#kernel/instant.ts';
import { type Segment, timesOf, uptimeOf } from '#plan/availability.ts';
import type { CompiledPlan } from '#plan/model.ts';
import { phaseCourse, valueAt } from '#plan/phases.ts';
import type { Probe } from '#plan/probe.ts';

/**
 * How much of each phase that has begun the probe was up, as far as `from` to `to` knows of it. Of overlapping phases time counts for the one
 * that was in force.
 */
export function viewPhases(
  { phases, timezone }: Pick<CompiledPlan, 'phases' | 'timezone'>,
  launch: Instant | undefined,
  { everyMs }: Pick<Probe, 'everyMs'>,
  known: { readonly segments: readonly Segment[]; readonly from: Instant; readonly to: Instant },
): ProbeHistoryAnswer['phases'] {
  const begun = phaseCourse({ phases, timezone }, launch, known.from)
    .filter(({ from }) => from < known.to)
    .map((stretch) => ({ ...stretch, to: Math.min(stretch.to, known.to) }));
  const stretches = Map.groupBy(begun, ({ phase }) => phase);
  return phases.flatMap(({ name }) => {
    const own = stretches.get(name) ?? [];
    const [first, last] = [own.at(0), own.at(-1)];
    if (first === undefined || last === undefined) return [];
    const times = { upMs: 0, downMs: 0, unknownMs: 0 };
    for (const { from, to } of own) {
      const { upMs, downMs, unknownMs } = timesOf(known.segments, from, to);
      times.upMs += upMs;
      times.downMs += downMs;
      times.unknownMs += unknownMs;
    }
    const pace = valueAt(everyMs, name);
    const uptime = uptimeOf(times);
    return [
      {
        name,
        ...(pace === undefined ? {} : { everyMs: pace }),
        from: formatInstant(first.from),
        to: formatInstant(last.to),
        ...(uptime === undefined ? {} : { uptime }),
        ...times,
      },
    ];
  });
}
