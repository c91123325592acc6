import type { DurationMs } from '#kernel/instant.ts';
import { limits } from '#kernel/limits.ts';
import type { Measure } from '#plan/model.ts';
import { windowStepMs } from '#plan/window-step.ts';

/** How a window is cut into buckets: bucket `b` holds the events with ⌊time/stepMs⌋ = b. */
export interface WindowShape {
  readonly stepMs: DurationMs;
  /** W/g. The window covers the `steps + 1` buckets ⌊now/g⌋ − W/g … ⌊now/g⌋. */
  readonly steps: number;
  /** Slots of the ring: what is covered, and what may come from the future. */
  readonly capacity: number;
}

/** The window algebra on the step that the plan gives. */
export function windowShape(measure: Pick<Measure, 'function' | 'window'>): WindowShape {
  const windowMs = measure.window.ms;
  const stepMs = windowStepMs(measure);
  return {
    stepMs,
    steps: windowMs / stepMs,
    capacity: windowMs / stepMs + Math.ceil(limits.futureMs / stepMs) + 2,
  };
}
