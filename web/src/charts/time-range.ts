import type { PhaseAnswer } from '#contract/overview.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** Ranges that end now, by the name that stands in the address. */
export const latestRanges = { '15m': 15 * MINUTE, '1h': HOUR, '6h': 6 * HOUR, '24h': 24 * HOUR } as const;
export type LatestRange = keyof typeof latestRanges;

/** Which time a page shows. Those without instants of their own go on with the clock. */
export type TimeRange =
  | { readonly kind: 'latest'; readonly name: LatestRange }
  /** Since T+0. */
  | { readonly kind: 'launch' }
  /** Since the phase in force began. */
  | { readonly kind: 'phase' }
  /** Around what the page is about, such as an alert; up to now while it has no end. */
  | { readonly kind: 'around'; readonly from: number; readonly to: number | undefined }
  /** Epoch milliseconds; as zooming leaves it. */
  | { readonly kind: 'between'; readonly from: number; readonly to: number };

export const defaultRange: TimeRange = { kind: 'latest', name: '1h' };

/** While a history is younger than its range, the range shows all of it. */
const youngRange: TimeRange = { kind: 'latest', name: '15m' };

/** What a page shows while nobody has chosen: the last hour, or less when the history began (epoch ms) only minutes ago. */
export function rangeOfHistory(began: number | undefined, now: number): TimeRange {
  return began !== undefined && now - began < latestRanges['15m'] && began <= now ? youngRange : defaultRange;
}

/** Nobody can tell anything from less, and readings are stored every 10 seconds. */
export const SHORTEST_MS = MINUTE;

/** What of the address says the range; every one of them may be missing. */
export interface RangeSearch {
  readonly range?: string | undefined;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

/** Reads the address; what is none of ours is `otherwise`. */
export function readRange({ range, from, to }: RangeSearch, otherwise: TimeRange = defaultRange): TimeRange {
  const [start, end] = [Date.parse(from ?? ''), Date.parse(to ?? '')];
  if (end - start >= SHORTEST_MS) return { kind: 'between', from: start, to: end };
  if (range === 'launch' || range === 'phase') return { kind: range };
  if (range !== undefined && Object.hasOwn(latestRanges, range)) return { kind: 'latest', name: range as LatestRange };
  return otherwise;
}

/** What the address says of a range; the one that holds without it says nothing. */
export function writeRange(range: TimeRange, otherwise: TimeRange = defaultRange): Required<RangeSearch> {
  const none = { range: undefined, from: undefined, to: undefined };
  if (sameRange(range, otherwise)) return none;
  switch (range.kind) {
    case 'around':
      return none;
    case 'between':
      return { ...none, from: writeInstant(range.from), to: writeInstant(range.to) };
    case 'latest':
      return { ...none, range: range.name };
    default:
      return { ...none, range: range.kind };
  }
}

/** Whether two ranges are the same choice. */
export function sameRange(left: TimeRange, right: TimeRange): boolean {
  if (left.kind === 'latest' && right.kind === 'latest') return left.name === right.name;
  if (left.kind === 'between' && right.kind === 'between') return left.from === right.from && left.to === right.to;
  return left.kind === right.kind;
}

/** To the second: an address is read by people too. */
function writeInstant(at: number): string {
  return `${new Date(at).toISOString().slice(0, 19)}Z`;
}

/** What the ranges that hang on the plan are reckoned from. */
export interface PlanTimes {
  /** T+0, when it is known. */
  readonly launch: number | undefined;
  readonly phases: readonly PhaseAnswer[];
  /** Name of the phase in force. */
  readonly phase: string | undefined;
}

/** A stretch of time in epoch milliseconds. */
export interface Stretch {
  readonly from: number;
  readonly to: number;
}

/** The instants of a range as of `now`. A range that the plan does not give (yet) is the last hour. */
export function resolveRange(range: TimeRange, now: number, times: PlanTimes): Stretch {
  switch (range.kind) {
    case 'between':
      return { from: range.from, to: range.to };
    case 'around':
      return { from: range.from, to: Math.max(range.from + SHORTEST_MS, Math.min(range.to ?? now, now)) };
    case 'latest':
      return { from: now - latestRanges[range.name], to: now };
    case 'launch':
      return sinceOrHour(times.launch, now);
    case 'phase':
      return sinceOrHour(phaseStart(times), now);
  }
}

function sinceOrHour(from: number | undefined, now: number): Stretch {
  if (from === undefined || now - from < SHORTEST_MS) return { from: now - HOUR, to: now };
  return { from, to: now };
}

/** When the phase in force began; undefined when none is or its beginning is not known. */
export function phaseStart({ phases, phase }: PlanTimes): number | undefined {
  const from = phases.find(({ name }) => name === phase)?.from;
  return from === undefined ? undefined : Date.parse(from);
}

/** Whether a range goes on with the clock. */
export function isLive(range: TimeRange, now: number): boolean {
  return range.kind === 'around' ? range.to === undefined || range.to > now : range.kind !== 'between';
}

/** From a while before something began to a while after it ended. */
export function rangeAround(from: number, to: number | undefined, now: number): TimeRange {
  const margin = Math.min(2 * HOUR, Math.max(5 * MINUTE, ((to ?? now) - from) / 3));
  // In round steps, so that an open end does not move the beginning all the time.
  const before = Math.ceil(margin / (5 * MINUTE)) * 5 * MINUTE;
  return { kind: 'around', from: from - before, to: to === undefined ? undefined : to + before };
}

/** Moves a stretch by a part of its length, at most up to `now`: -0.5 is half of it earlier. */
export function moveStretch({ from, to }: Stretch, part: number, now: number): Stretch {
  const by = Math.min((to - from) * part, Math.max(0, now - to));
  return { from: from + by, to: to + by };
}

/** Makes a stretch shorter or longer around an instant that stays where it is; never in the future. */
export function zoomStretch({ from, to }: Stretch, around: number, factor: number, now: number): Stretch {
  const length = Math.max(SHORTEST_MS, (to - from) * factor);
  const start = around - ((around - from) / (to - from)) * length;
  const end = Math.min(Math.max(now, to), start + length);
  return { from: end - length, to: end };
}

/** A stretch that was drawn with two ends in any order; undefined when it is too short to be meant. */
export function drawnStretch(one: number, other: number): Stretch | undefined {
  const from = Math.min(one, other);
  const to = Math.max(one, other);
  return to - from < SHORTEST_MS ? undefined : { from, to };
}
