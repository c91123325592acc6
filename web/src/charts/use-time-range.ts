import { useCallback, useMemo, useState } from 'react';
import type { OverviewAnswer } from '#contract/overview.ts';
import { useLive } from '../api/live.tsx';
import type { LiveSnapshot } from '../api/live-store.ts';
import { useNow } from '../kit/now.ts';
import { useSearchValues } from '../kit/search-value.ts';
import {
  defaultRange,
  isLive,
  type PlanTimes,
  rangeOfHistory,
  readRange,
  resolveRange,
  type Stretch,
  type TimeRange,
  writeRange,
} from './time-range.ts';

/** The time that a page shows. */
export interface PageRange {
  readonly range: TimeRange;
  /** The range that holds while nobody has chosen. */
  readonly otherwise: TimeRange;
  readonly times: PlanTimes;
  /** Its instants on the server's clock; those of a live range go on every few seconds. */
  readonly stretch: Stretch;
  readonly now: number;
  readonly live: boolean;
  /** Names the range for what is kept about it: live ranges keep theirs while they go on. */
  readonly key: string;
  readonly choose: (range: TimeRange) => void;
  readonly zoom: (stretch: Stretch) => void;
}

const STEP_MS = 5_000;

/**
 * The page's time range, kept in its address: one for all charts of a page. `otherwise` holds while the address names none; keep it the
 * same object as long as it is the same range.
 */
export function useTimeRange(overview: OverviewAnswer | undefined, otherwise?: TimeRange): PageRange {
  const own = useOwnRange(overview);
  return useChosenRange(overview, otherwise ?? own);
}

/** Decided once, when the plan and its readings are known: a page that stays open does not change its range by itself. */
function useOwnRange(overview: OverviewAnswer | undefined): TimeRange {
  const offset = useLive((snapshot) => snapshot.clockOffsetMs);
  const [own, setOwn] = useState<TimeRange>();
  const oldest = useLive((snapshot) =>
    own !== undefined || snapshot.plan === undefined ? undefined : oldestReading(snapshot.signals),
  );
  if (own !== undefined || overview === undefined || oldest === undefined) return own ?? defaultRange;
  const launched = overview.launch.at === undefined ? Number.NEGATIVE_INFINITY : Date.parse(overview.launch.at);
  // What came before T+0 is not what a launch is looked at for.
  const decided = rangeOfHistory(Math.max(launched, oldest), Date.now() + offset);
  setOwn(decided);
  return decided;
}

/** Since when the figure that has changed least recently stands as it does (epoch ms); nothing was read before it in a young plan. */
function oldestReading(signals: LiveSnapshot['signals']): number {
  let oldest = Number.POSITIVE_INFINITY;
  for (const readings of signals.values()) {
    for (const { since, state } of readings) {
      if (since !== '' && state !== 'no data') oldest = Math.min(oldest, Date.parse(since));
    }
  }
  return oldest;
}

function useChosenRange(overview: OverviewAnswer | undefined, otherwise: TimeRange): PageRange {
  const [search, change] = useSearchValues();
  const offset = useLive((snapshot) => snapshot.clockOffsetMs);
  const now = useNow(STEP_MS) + offset;
  const range = useMemo(
    () => readRange({ range: search.range, from: search.from, to: search.to }, otherwise),
    [search.range, search.from, search.to, otherwise],
  );
  const times = useMemo(() => planTimes(overview), [overview]);
  const { from, to } = resolveRange(range, now, times);
  const stretch = useMemo(() => ({ from, to }), [from, to]);
  const choose = useCallback((next: TimeRange) => change({ ...writeRange(next, otherwise) }), [change, otherwise]);
  const zoom = useCallback((next: Stretch) => choose({ kind: 'between', ...next }), [choose]);
  const live = isLive(range, now);
  const key = live ? `${range.kind} ${range.kind === 'latest' ? range.name : from}` : `${from} ${to}`;
  return { range, otherwise, times, stretch, now, live, key, choose, zoom };
}

function planTimes(overview: OverviewAnswer | undefined): PlanTimes {
  const at = overview?.launch.at;
  return {
    launch: at === undefined ? undefined : Date.parse(at),
    phases: overview?.phases ?? [],
    phase: overview?.phase,
  };
}
