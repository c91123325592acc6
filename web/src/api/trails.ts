import type { LiveReading } from '#contract/live.ts';
import type { SparkPoint } from '../kit/sparkline-path.ts';

/** The recent course of figures, by `trailKey`. A trail that did not grow keeps its identity. */
export type Trails = ReadonlyMap<string, readonly SparkPoint[]>;

export const emptyTrails: Trails = new Map();

/** How often a figure's trail grows: as often as readings are stored, so that both make one line. */
export const TRAIL_STEP_MS = 10_000;
/** How long a trail is kept. */
export const TRAIL_MS = 3_600_000;
/** Of one signal; a sparkline shows one group of it. */
const GROUPS_KEPT = 20;

export function trailKey(signal: string, group: readonly string[]): string {
  return JSON.stringify([signal, ...group]);
}

/** The trails with every figure as it stands at their end. What has no value leaves a gap. */
export function sampleTrails(
  before: Trails,
  signals: ReadonlyMap<string, readonly LiveReading[]>,
  now: number,
): Trails {
  const trails = new Map<string, readonly SparkPoint[]>();
  for (const [signal, readings] of signals) {
    for (const { group, value, state } of readings.slice(0, GROUPS_KEPT)) {
      const key = trailKey(signal, group);
      const kept = (before.get(key) ?? []).filter(({ at }) => at > now - TRAIL_MS);
      trails.set(key, [...kept, { at: now, value: state === 'too few' ? undefined : value }]);
    }
  }
  return trails;
}

/** Nobody sees a course in less of a sparkline than this. */
const SHORTEST_TRAIL_MS = 900_000;

/** Where a sparkline that ends now begins: an hour ago, or with the first value of a history that is younger. */
export function trailStart(points: readonly SparkPoint[], now: number): number {
  const first = points.find(({ value }) => value !== undefined)?.at ?? now;
  return Math.max(now - TRAIL_MS, Math.min(first, now - SHORTEST_TRAIL_MS));
}

/** What is stored, then what was seen since: one line without overlap. */
export function joinTrail(stored: readonly SparkPoint[], seen: readonly SparkPoint[]): readonly SparkPoint[] {
  const last = stored.at(-1);
  return last === undefined ? seen : [...stored, ...seen.filter(({ at }) => at > last.at)];
}
