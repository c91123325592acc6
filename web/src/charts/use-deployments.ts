import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { api } from '../api/client.ts';
import { type DeploymentMark, readMarks } from './deployment-marks.ts';
import type { PageRange } from './use-time-range.ts';

/** A deployment is there without a reload soon after it was told of. */
const REFRESH_MS = 10_000;
const HOUR_MS = 3_600_000;
const none: readonly DeploymentMark[] = [];

/** Deployments over a page's range. None while they are not known: charts do without them. */
export function useDeployments(
  plan: string,
  page: Pick<PageRange, 'stretch' | 'key' | 'live'>,
): readonly DeploymentMark[] {
  const { stretch, key, live } = page;
  return useMarks(plan, `range ${key}`, () => stretch, live);
}

/** Those of the last day, for pages whose figures end now. */
export function useRecentDeployments(plan: string): readonly DeploymentMark[] {
  return useMarks(plan, 'recent', () => ({ from: Date.now() - 24 * HOUR_MS, to: Date.now() + HOUR_MS }), true);
}

/** Those between two instants that are over. */
export function usePastDeployments(plan: string, from: number, to: number): readonly DeploymentMark[] {
  return useMarks(plan, `past ${from} ${to}`, () => ({ from, to }), Date.now() - to < HOUR_MS);
}

function useMarks(
  plan: string,
  key: string,
  range: () => { readonly from: number; readonly to: number },
  live: boolean,
): readonly DeploymentMark[] {
  const { data } = useQuery({
    queryKey: ['deployments', plan, key],
    queryFn: ({ signal }) => {
      const { from, to } = range();
      const query = { from: new Date(from).toISOString(), to: new Date(Math.max(to, from + 1)).toISOString() };
      return api.get('/plans/{plan}/deployments', { params: { plan }, query, signal });
    },
    placeholderData: (before) => before,
    refetchInterval: live ? REFRESH_MS : false,
  });
  return useMemo(() => (data === undefined ? none : readMarks(data.deployments)), [data]);
}
