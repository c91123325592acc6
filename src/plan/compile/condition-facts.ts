import { type DurationMs, MINUTE_MS } from '#kernel/instant.ts';
import type { Predicate, Source } from '../model.ts';
import type { ProbeUse } from './checks.ts';
import type { Threshold } from './thresholds.ts';

/** `any X` without a time looks back this far. */
export const ANY_WINDOW_MS: DurationMs = 15 * MINUTE_MS;

/** What a whole condition tells its rule beside itself. */
export interface ConditionFacts {
  /** Union of the groups of its tests. */
  readonly by: Set<string>;
  /** Rules whose firing it asks for. */
  readonly rules: Set<string>;
  /** Sources it reads, with what narrows them. */
  readonly reads: { readonly source: Source; readonly where?: Predicate }[];
  readonly thresholds: Omit<Threshold, 'line'>[];
  readonly probes: ProbeUse[];
  /** The longest window in it. */
  windowMs: number;
  /** It holds `any`: then it resolves at once when the last event has left. */
  any: boolean;
}

/** Facts of a condition that is not read yet. */
export function noFacts(): ConditionFacts {
  return { by: new Set(), rules: new Set(), reads: [], thresholds: [], probes: [], windowMs: 0, any: false };
}
