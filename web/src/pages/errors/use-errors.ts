import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { ErrorGroupAnswer } from '#contract/errors.ts';
import { api } from '../../api/client.ts';
import type { PageRange } from '../../charts/use-time-range.ts';

const REFRESH_MS = 10_000;

type Range = Pick<PageRange, 'stretch' | 'key' | 'live'>;

/** What has just come is before the server's now, whatever the clock says here: a range that goes on has no end. */
function rangeParameters({ stretch, live }: Range) {
  return {
    from: new Date(stretch.from).toISOString(),
    ...(live ? {} : { to: new Date(stretch.to).toISOString() }),
  };
}

export const errorStates = ['open', 'resolved', 'ignored'] as const;
export type ErrorState = (typeof errorStates)[number];
export const errorSorts = { last: 'Last seen', first: 'First seen', count: 'Errors', users: 'People' } as const;
export type ErrorSort = keyof typeof errorSorts;

export interface ErrorFilter {
  readonly state: ErrorState | undefined;
  readonly service: string | undefined;
  readonly environment: string | undefined;
  readonly release: string | undefined;
  readonly level: string | undefined;
  readonly text: string | undefined;
  readonly sort: ErrorSort;
}

/** Groups of errors over the page's range. */
export function useErrors(plan: string, filter: ErrorFilter, range: Range) {
  return useQuery({
    queryKey: ['errors', plan, filter, range.key],
    queryFn: ({ signal }) =>
      api.get('/plans/{plan}/errors', {
        params: { plan },
        query: { ...filter, ...rangeParameters(range), limit: 100 },
        signal,
      }),
    placeholderData: (before) => before,
    refetchInterval: range.live ? REFRESH_MS : false,
  });
}

export function useError(plan: string, error: string, range: Range) {
  return useQuery({
    queryKey: ['error', plan, error, range.key],
    queryFn: ({ signal }) =>
      api.get('/plans/{plan}/errors/{error}', { params: { plan, error }, query: rangeParameters(range), signal }),
    placeholderData: (before) => (before?.group.error === error ? before : undefined),
    refetchInterval: range.live ? REFRESH_MS : false,
  });
}

/** Resolves a group, ignores it, or opens it again. */
export function useChangeError(plan: string, group: Pick<ErrorGroupAnswer, 'error' | 'version'>) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (wanted: { readonly state: ErrorState; readonly inNextRelease?: boolean }) =>
      api.post('/plans/{plan}/errors/{error}/state', {
        params: { plan, error: group.error },
        body: { ...wanted, expectedVersion: group.version },
      }),
    onSettled: () =>
      client.invalidateQueries({ predicate: ({ queryKey }) => queryKey[0] === 'errors' || queryKey[0] === 'error' }),
  });
}
