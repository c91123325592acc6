import { queryOptions, useQuery } from '@tanstack/react-query';
import { useEffect } from 'react';
import type { ObjectiveAnswer, OverviewAnswer, SignalAnswer } from '#contract/overview.ts';
import { api } from './client.ts';
import { useLive } from './live.tsx';

/** The plans that the reader may see, with how they stand in a few numbers. */
export const plansQuery = queryOptions({
  queryKey: ['plans'],
  queryFn: ({ signal }) => api.get('/plans', { signal }),
  // The switcher shows how the others stand.
  refetchInterval: 30_000,
});

/** What the plan says. */
export function useOverview(plan: string) {
  return useQuery({
    queryKey: ['overview', plan],
    queryFn: ({ signal }) => api.get('/plans/{plan}/overview', { params: { plan }, signal }),
    staleTime: 60_000,
  });
}

/** Asks for the plan anew when a version is applied or a phase begins. Once, inside a LiveProvider. */
export function useCurrentOverview(plan: string) {
  const query = useOverview(plan);
  const version = useLive((snapshot) => snapshot.plan?.version);
  const phase = useLive((snapshot) => snapshot.plan?.phase);
  const { data, refetch } = query;
  const outdated = data !== undefined && version !== undefined && (data.version !== version || data.phase !== phase);
  useEffect(() => {
    if (outdated) void refetch();
  }, [outdated, refetch]);
  return query;
}

/** A signal of the plan with its objective, where it has one. */
export interface WatchedSignal {
  readonly signal: SignalAnswer;
  readonly objective: ObjectiveAnswer | undefined;
}

/** The signals that have figures of their own, those with an objective first, otherwise in the plan's order. */
export function watchedSignals(overview: OverviewAnswer): readonly WatchedSignal[] {
  const objectives = new Map(overview.objectives.map((objective) => [objective.signal, objective]));
  const watched = overview.signals
    .filter(({ stream }) => !stream)
    .map((signal) => ({ signal, objective: objectives.get(signal.name) }));
  return [
    ...watched.filter(({ objective }) => objective !== undefined),
    ...watched.filter(({ objective }) => objective === undefined),
  ];
}
