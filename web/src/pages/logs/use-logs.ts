import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import type { QuerySyntax } from '#contract/logs.ts';
import { api } from '../../api/client.ts';
import type { Stretch } from '../../charts/time-range.ts';

/** What is looked for, as the page's address has it. */
export interface LogSearch {
  readonly query: string;
  readonly syntax: QuerySyntax | undefined;
  /** Name of a search of the plan. */
  readonly search: string | undefined;
  /** With commas between. */
  readonly events: string;
}

/** Without what is not said. */
export function searchParameters({ query, syntax, search, events }: LogSearch) {
  return {
    ...(query.trim() === '' ? {} : { query }),
    ...(syntax === undefined ? {} : { syntax }),
    ...(search === undefined ? { events } : { search }),
  };
}

const PAGE_LINES = 200;

interface Asked {
  readonly plan: string;
  readonly search: LogSearch;
  /** Names the range: one that goes on with the clock keeps its lines until it is asked for anew. */
  readonly rangeKey: string;
  readonly stretch: () => Stretch;
  /** The range goes on with the clock. */
  readonly live: boolean;
  /** The range is known. */
  readonly ready: boolean;
}

function rangeParameters(stretch: Stretch, live: boolean) {
  return {
    from: new Date(stretch.from).toISOString(),
    // What has just come is before the server's now, whatever the clock says here.
    ...(live ? {} : { to: new Date(stretch.to).toISOString() }),
  };
}

export function useLogPages({ plan, search, rangeKey, stretch, live, ready }: Asked) {
  return useInfiniteQuery({
    queryKey: ['logs', plan, search, rangeKey],
    enabled: ready,
    queryFn: ({ signal, pageParam }) =>
      api.get('/plans/{plan}/logs', {
        params: { plan },
        query: {
          ...searchParameters(search),
          ...rangeParameters(stretch(), live),
          limit: PAGE_LINES,
          ...(pageParam === undefined ? {} : { before: pageParam }),
        },
        signal,
      }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next,
    placeholderData: (before) => before,
    refetchOnWindowFocus: false,
  });
}

export function useLogSummary({
  plan,
  search,
  rangeKey,
  stretch,
  live,
  ready,
  fields,
}: Asked & { readonly fields: readonly string[] }) {
  return useQuery({
    queryKey: ['logs-summary', plan, search, rangeKey, fields],
    enabled: ready,
    queryFn: ({ signal }) =>
      api.get('/plans/{plan}/logs/summary', {
        params: { plan },
        query: { ...searchParameters(search), ...rangeParameters(stretch(), live), fields: fields.join(',') },
        signal,
      }),
    placeholderData: (before) => before,
    refetchOnWindowFocus: false,
  });
}

export function useLogContext(
  plan: string,
  line: { readonly id: string; readonly time: string; readonly name: string },
  asked: boolean,
) {
  return useQuery({
    queryKey: ['logs-context', plan, line.id],
    enabled: asked,
    queryFn: ({ signal }) =>
      api.get('/plans/{plan}/logs/context', {
        params: { plan },
        query: {
          line: line.id,
          at: line.time,
          events: line.name === 'log' ? 'log,error' : `log,error,${line.name}`,
          lines: 10,
        },
        signal,
      }),
  });
}

export function useSearches(plan: string) {
  return useQuery({
    queryKey: ['searches', plan],
    queryFn: ({ signal }) => api.get('/plans/{plan}/searches', { params: { plan }, signal }),
    staleTime: 60_000,
  });
}
