import { useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { api } from '../../api/client.ts';
import { useLive } from '../../api/live.tsx';

const PAGE = 50;

/** The alerts of a plan, of a rule or severity, page by page, asked for anew when the live stream tells of a change. */
export function useAlerts(plan: string, rule: string | undefined, severity: string | undefined) {
  const changes = useLive(({ alerts, plan: line }) =>
    [...alerts.map(({ key, state, version }) => `${key} ${state} ${version}`), line?.silences.length].join(),
  );
  const query = useInfiniteQuery({
    queryKey: ['alerts', plan, rule, severity],
    initialPageParam: undefined as number | undefined,
    queryFn: ({ signal, pageParam }) =>
      api.get('/plans/{plan}/alerts', {
        params: { plan },
        query: { rule, severity, before: pageParam, limit: PAGE },
        signal,
      }),
    getNextPageParam: ({ next }) => next,
  });
  useRefreshOn(['alerts', plan], changes);
  return query;
}

/** One alert with everything about it, asked for anew when the live stream tells of a change or a fact of it. */
export function useAlert(plan: string, alert: string) {
  const changes = useLive(({ alerts, facts }) => {
    const own = alerts.find((one) => one.alert === alert);
    const fact = facts.find(({ subject, body }) => subject === alert || body.alert === alert);
    return `${own?.state} ${own?.version} ${fact?.sequence}`;
  });
  const query = useQuery({
    queryKey: ['alert', plan, alert],
    queryFn: ({ signal }) => api.get('/plans/{plan}/alerts/{alert}', { params: { plan, alert }, signal }),
  });
  useRefreshOn(['alert', plan, alert], changes);
  return query;
}

/** Asks again for what stands under a key whenever a text changes. */
export function useRefreshOn(key: readonly string[], changes: string): void {
  const client = useQueryClient();
  const name = JSON.stringify(key);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a change is what there is to do it for
  useEffect(() => {
    void client.invalidateQueries({ queryKey: JSON.parse(name) as readonly string[] });
  }, [client, name, changes]);
}
