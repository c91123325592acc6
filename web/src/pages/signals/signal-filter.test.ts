import { expect, test } from 'vitest';
import { figureStateSchema } from '#contract/live.ts';
import { matchesState, matchesText, readFilter, signalFilters } from './signal-filter.ts';

test('every state is found by exactly one filter besides all', () => {
  for (const state of figureStateSchema.options) {
    const names = Object.keys(signalFilters) as (keyof typeof signalFilters)[];
    expect(names.filter((name) => matchesState(name, state))).toHaveLength(2);
  }
});

test('an unknown filter shows all', () => {
  expect(readFilter('toString')).toBe('all');
  expect(readFilter(undefined)).toBe('all');
  expect(readFilter('attention')).toBe('attention');
});

test('all words have to be there, in any order and case', () => {
  expect(matchesText('  p95 QUER', ['p95_query', 'p95(queries.duration) over 30s'])).toBe(true);
  expect(matchesText('p95 order', ['p95_query'])).toBe(false);
  expect(matchesText('', ['p95_query'])).toBe(true);
});
