import type { DurationMs, Instant } from '#kernel/instant.ts';
import type { StoredSeries } from './series.ts';

/** One reading as it is stored. */
export type ReadingRow = [
  signal: string,
  group: string,
  at: Instant,
  state: string,
  reason: string,
  value: number | null,
  sampleSize: number,
];

interface Step {
  last: number | null;
  lastAt: Instant;
  least: number | null;
  greatest: number | null;
  sampleSize: number;
  sizeAt: Instant;
  state: string;
  reason: string;
  stateAt: Instant;
}

/** The readings of minutes by group and step, as the store puts those of a day together. `groupsThere` counts those that have any. */
export function seriesOfReadings(rows: readonly ReadingRow[], from: Instant, stepMs: DurationMs): StoredSeries[] {
  const found = new Map<
    string,
    { readonly signal: string; readonly group: string; readonly steps: Map<number, Step> }
  >();
  const groups = new Map<string, number>();
  for (const [signal, group, at, state, reason, value, sampleSize] of rows) {
    const key = `${signal}\n${group}`;
    let series = found.get(key);
    if (series === undefined) {
      series = { signal, group, steps: new Map() };
      found.set(key, series);
      groups.set(signal, (groups.get(signal) ?? 0) + 1);
    }
    const number = Math.floor((at - from) / stepMs);
    const step = series.steps.get(number) ?? emptyStep();
    series.steps.set(number, step);
    if (at >= step.sizeAt) Object.assign(step, { sampleSize, sizeAt: at });
    if (state !== 'value' || value === null) {
      if (at >= step.stateAt) Object.assign(step, { state, reason, stateAt: at });
      continue;
    }
    if (at >= step.lastAt) Object.assign(step, { last: value, lastAt: at });
    step.least = Math.min(value, step.least ?? value);
    step.greatest = Math.max(value, step.greatest ?? value);
  }
  return [...found.values()].map(({ signal, group, steps: byNumber }) => {
    const steps = [...byNumber].sort(([left], [right]) => left - right);
    const valuesOf = (value: (step: Step) => number | null): number[] =>
      steps.map(([, step]) => Math.fround(value(step) ?? 0));
    return {
      signal,
      group,
      groupsThere: groups.get(signal) ?? 0,
      steps: steps.map(([number]) => number),
      last: valuesOf(({ last }) => last),
      least: valuesOf(({ least }) => least),
      greatest: valuesOf(({ greatest }) => greatest),
      sampleSizes: steps.map(([, { sampleSize }]) => sampleSize),
      empty: steps
        .filter(([, { last }]) => last === null)
        .map(([step, { state, reason }]) => ({ step, state, reason })),
    };
  });
}

function emptyStep(): Step {
  const never = Number.NEGATIVE_INFINITY;
  const values = { last: null, least: null, greatest: null, sampleSize: 0 };
  return { ...values, lastAt: never, sizeAt: never, state: '', reason: '', stateAt: never };
}
