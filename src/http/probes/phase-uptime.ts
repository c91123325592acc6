import type { ProbeHistoryAnswer } from '#contract/probes.ts';
import type { Instant } from '#kernel/instant.ts';
import type { Segment } from '#plan/availability.ts';
import type { CompiledPlan } from '#plan/model.ts';
import { absoluteSpan, valueAt } from '#plan/phases.ts';
import type { Probe } from '#plan/probe.ts';
import { viewUptime } from './probe-view.ts';

/** How much of each phase that has begun the probe was up, as far as `from` to `to` knows of it. */
export function viewPhases(
  { phases, timezone }: Pick<CompiledPlan, 'phases' | 'timezone'>,
  launch: Instant | undefined,
  { everyMs }: Pick<Probe, 'everyMs'>,
  known: { readonly segments: readonly Segment[]; readonly from: Instant; readonly to: Instant },
): ProbeHistoryAnswer['phases'] {
  if (launch === undefined) return [];
  return phases.flatMap(({ name, span }) => {
    const whole = absoluteSpan(span, launch, timezone);
    const from = Math.max(whole.from, launch, known.from);
    const to = Math.min(whole.to ?? Number.POSITIVE_INFINITY, known.to);
    if (from >= to) return [];
    const { parts: _, ...uptime } = viewUptime(known.segments, from, to, 1);
    const pace = valueAt(everyMs, name);
    return [{ name, ...(pace === undefined ? {} : { everyMs: pace }), ...uptime }];
  });
}
