import type { RecordingAnswer } from '#contract/rehearsals.ts';

type Recording = RecordingAnswer;

/** `T+10h 20m`, `T+1m 5s`, `T−5m`; what is not needed is left out. */
export function offsetWords(ms: number): string {
  const size = Math.abs(ms);
  const parts: readonly (readonly [number, string])[] = [
    [Math.floor(size / 3_600_000), 'h'],
    [Math.floor(size / 60_000) % 60, 'm'],
    [Math.floor(size / 1_000) % 60, 's'],
  ];
  const rest = size % 1_000;
  const words = parts.filter(([count]) => count > 0).map(([count, unit]) => `${count}${unit}`);
  if (rest > 0 && size < 3_600_000) words.push(`${rest}ms`);
  return `T${ms < 0 ? '−' : '+'}${words.length === 0 ? '0' : words.join(' ')}`;
}

/** An instant at which something is to be seen; the arrow keys step from one to the next. */
export function stopsOf({ facts, steps, expectations, fromMs, untilMs }: Recording): readonly number[] {
  const all = [fromMs, untilMs, ...facts.map(atOf), ...steps.map(atOf), ...expectations.map(atOf)];
  const within = all.filter((atMs) => atMs >= fromMs && atMs <= untilMs);
  return [...new Set(within)].sort((left, right) => left - right);
}

function atOf({ atMs }: { readonly atMs: number }): number {
  return atMs;
}

/** The stop after (or before) an instant; the last (first) one at the end. */
export function nextStop(stops: readonly number[], atMs: number, direction: 1 | -1): number {
  const found = direction === 1 ? stops.find((stop) => stop > atMs) : stops.findLast((stop) => stop < atMs);
  return found ?? (direction === 1 ? stops.at(-1) : stops[0]) ?? atMs;
}

/** Where on the axis something is, from 0 to 100. */
export function percentOf(
  atMs: number,
  { fromMs, untilMs }: { readonly fromMs: number; readonly untilMs: number },
): number {
  const share = (atMs - fromMs) / Math.max(1, untilMs - fromMs);
  return Math.round(Math.min(1, Math.max(0, share)) * 10_000) / 100;
}

const STEPS = [
  1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 10_800, 21_600, 43_200, 86_400, 172_800, 604_800,
];

/** Round instants for the axis, about as many as wanted. */
export function ticksOf(
  { fromMs, untilMs }: { readonly fromMs: number; readonly untilMs: number },
  wanted: number,
): readonly number[] {
  const range = Math.max(1_000, untilMs - fromMs);
  const seconds =
    STEPS.find((step) => range / (step * 1_000) <= wanted) ?? Math.ceil(range / wanted / 86_400_000) * 86_400;
  const step = seconds * 1_000;
  const first = Math.ceil(fromMs / step) * step;
  return Array.from({ length: Math.floor((untilMs - first) / step) + 1 }, (_, index) => first + index * step);
}

export type Point = Recording['series'][number]['points'][number];

/** The figure as it read at an instant: its last point up to there. */
export function pointAt(points: readonly Point[], atMs: number): Point | undefined {
  let low = 0;
  let high = points.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((points[middle]?.[0] ?? 0) <= atMs) low = middle + 1;
    else high = middle;
  }
  return points[low - 1];
}

/** Rows of the scrubber: one for each rule and group that was ever more than calm. */
export function alertRows({ alerts }: Recording): readonly {
  readonly key: string;
  readonly rule: string;
  readonly group: readonly string[];
  readonly states: Recording['alerts'];
}[] {
  const rows = new Map<string, Recording['alerts'][number][]>();
  for (const state of alerts) {
    const key = JSON.stringify([state.rule, ...state.group]);
    rows.set(key, [...(rows.get(key) ?? []), state]);
  }
  return [...rows].map(([key, states]) => ({
    key,
    rule: states[0]?.rule ?? '',
    group: states[0]?.group ?? [],
    states,
  }));
}
