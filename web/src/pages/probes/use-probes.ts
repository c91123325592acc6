import { useQuery } from '@tanstack/react-query';
import { api } from '../../api/client.ts';
import type { PageRange } from '../../charts/use-time-range.ts';

/** Results reach the telemetry store within seconds. */
const EVERY_MS = 5_000;
const HISTORY_EVERY_MS = 10_000;

export function useProbes(plan: string) {
  return useQuery({
    queryKey: ['probes', plan],
    queryFn: ({ signal }) => api.get('/plans/{plan}/probes', { params: { plan }, signal }),
    refetchInterval: EVERY_MS,
  });
}

export function useHeartbeats(plan: string) {
  return useQuery({
    queryKey: ['heartbeats', plan],
    queryFn: ({ signal }) => api.get('/plans/{plan}/heartbeats', { params: { plan }, signal }),
    refetchInterval: EVERY_MS,
  });
}

/** One probe over the page's range. */
export function useProbe(plan: string, probe: string, range: Pick<PageRange, 'stretch' | 'key' | 'live'>) {
  const { stretch, key, live } = range;
  return useQuery({
    queryKey: ['probe', plan, probe, key],
    queryFn: ({ signal }) =>
      api.get('/plans/{plan}/probes/{probe}', {
        params: { plan, probe },
        query: { from: new Date(stretch.from).toISOString(), to: new Date(stretch.to).toISOString() },
        signal,
      }),
    placeholderData: (before) => (before?.probe.name === probe ? before : undefined),
    refetchInterval: live ? HISTORY_EVERY_MS : false,
  });
}
