import type { FigureStateAnswer } from '#contract/live.ts';

/** Signals by how they stand, as people look for them. */
export const signalFilters = {
  all: { name: 'All', states: undefined },
  attention: { name: 'Need attention', states: ['critical', 'warning', 'off target'] },
  good: { name: 'On target', states: ['on target'] },
  unknown: { name: 'Not judged', states: ['no data', 'too few', 'open', 'not evaluated', 'target unset'] },
  free: { name: 'No objective', states: ['no objective'] },
} as const satisfies Record<string, { name: string; states: readonly FigureStateAnswer[] | undefined }>;

export type SignalFilter = keyof typeof signalFilters;

/** The filter that the address names; all when it names none of ours. */
export function readFilter(text: string | undefined): SignalFilter {
  return text !== undefined && Object.hasOwn(signalFilters, text) ? (text as SignalFilter) : 'all';
}

export function matchesState(filter: SignalFilter, state: FigureStateAnswer): boolean {
  const states: readonly FigureStateAnswer[] | undefined = signalFilters[filter].states;
  return states === undefined || states.includes(state);
}

/** Whether every word that was typed stands in one of the texts. */
export function matchesText(query: string, texts: readonly string[]): boolean {
  const hay = texts.join(' ').toLowerCase();
  return query
    .toLowerCase()
    .split(/\s+/)
    .every((word) => hay.includes(word));
}
