import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { api } from '../api/client.ts';
import type { PageRange } from './use-time-range.ts';

/** A chart has about this many pixels; more points show nothing more. */
const POINTS = 400;
/** What comes after the last answer is seen live. */
const REFRESH_MS = 60_000;

/** The page draws itself every few seconds, so a live range is never older than that. */
function query({ stretch }: PageRange, points: number) {
  return {
    from: new Date(stretch.from).toISOString(),
    to: new Date(stretch.to).toISOString(),
    stepMs: Math.max(1_000, Math.round((stretch.to - stretch.from) / points)),
  };
}

/** One signal with every group of it, over the page's range. */
export function useSignalSeries(plan: string, name: string, page: PageRange) {
  return useQuery({
    queryKey: ['series', plan, name, page.key],
    queryFn: ({ signal }) =>
      api.get('/plans/{plan}/signals/{signal}/series', {
        params: { plan, signal: name },
        query: query(page, POINTS),
        signal,
      }),
    placeholderData: (before) => (before?.series[0]?.signal === name ? before : undefined),
    refetchInterval: page.live ? REFRESH_MS : false,
    staleTime: REFRESH_MS / 2,
  });
}

/** Every signal with its busiest groups, coarse enough for sparklines. */
export function useAllSeries(plan: string, page: PageRange) {
  return useQuery({
    queryKey: ['all-series', plan, page.key],
    queryFn: ({ signal }) =>
      api.get('/plans/{plan}/signals/series', { params: { plan }, query: { ...query(page, 90), groups: 3 }, signal }),
    placeholderData: keepPreviousData,
    refetchInterval: page.live ? REFRESH_MS : false,
    staleTime: REFRESH_MS / 2,
  });
}
