import type { Aggregate, Alert, PlanLine } from './model.ts';

/** Brings a row that an older release stored up to the shape of this one. `schema` is the number that was stored with it. */
export function upgradeAggregate(schema: number, state: Aggregate): Aggregate {
  // Schema 3 has samples and comparisons beside them; rows of schema 2 are as they were.
  if (schema >= 2) return state;
  // Schema 1 knew neither acknowledging nor silences: whoever looks at such an alert first sees its first version.
  if (state.kind === 'alert') return { ...state, version: (state as Partial<Alert>).version ?? 1 };
  if (state.kind === 'plan') return { ...state, nextSilence: (state as Partial<PlanLine>).nextSilence ?? 1 };
  return state;
}
