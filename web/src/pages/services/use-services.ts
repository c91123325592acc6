import { useQuery } from '@tanstack/react-query';
import { useEffect } from 'react';
import { api } from '../../api/client.ts';
import { useLive } from '../../api/live.tsx';

/** Results of probes reach the telemetry store within seconds. */
const EVERY_MS = 5_000;

/** How the services stand; asked for anew as soon as an alert begins or ends. */
export function useServices(plan: string) {
  const alerts = useLive((snapshot) => snapshot.alerts);
  const open = alerts
    .filter(({ state }) => state === 'firing' || state === 'resolving')
    .map(({ key }) => key)
    .join('\n');
  const query = useQuery({
    queryKey: ['services', plan],
    queryFn: ({ signal }) => api.get('/plans/{plan}/services', { params: { plan }, signal }),
    refetchInterval: EVERY_MS,
  });
  const { refetch, isSuccess } = query;
  // biome-ignore lint/correctness/useExhaustiveDependencies: what is open is why
  useEffect(() => {
    if (isSuccess) void refetch();
  }, [open, isSuccess, refetch]);
  return query;
}
