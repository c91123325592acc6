import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { useCallback } from 'react';
import { api } from '../../api/client.ts';
import { plural } from '../../format/numbers.ts';
import type { FindMetrics } from '../../plan-language/metric-names.ts';
import type { TextFile } from '../../plan-language/protocol.ts';

export const versionsQuery = (plan: string) =>
  queryOptions({
    queryKey: ['plan-versions', plan],
    queryFn: ({ signal }) => api.get('/plans/{plan}/versions', { params: { plan }, signal }),
  });

/** A version's text never changes; which one is in force does. */
export const versionQuery = (plan: string, version: number | 'current') =>
  queryOptions({
    queryKey: ['plan-version', plan, version],
    queryFn: ({ signal }) => api.get('/plans/{plan}/versions/{version}', { params: { plan, version }, signal }),
    ...(version === 'current' ? {} : { staleTime: Number.POSITIVE_INFINITY }),
  });

const METRICS_OFFERED = 50;
const METRICS_FRESH_MS = 30_000;

/** Finds metrics of the plan for the editor; none while they cannot be looked for. */
export function useFindMetrics(plan: string): FindMetrics {
  const client = useQueryClient();
  return useCallback(
    async (part) => {
      const query = { name: part, limit: METRICS_OFFERED };
      const found = await client
        .fetchQuery({
          queryKey: ['metrics-offered', plan, part],
          queryFn: ({ signal }) => api.get('/plans/{plan}/metrics', { params: { plan }, query, signal }),
          staleTime: METRICS_FRESH_MS,
          retry: false,
        })
        .catch(() => undefined);
      return (found?.metrics ?? []).map(({ name, kind, series }) => ({
        name,
        detail: `${kind}, ${plural(series, 'series', 'series')}`,
      }));
    },
    [client, plan],
  );
}

interface Wanted {
  readonly files: readonly TextFile[];
  readonly expectedVersion: number;
  readonly preview: boolean;
}

/** Applies the files, or asks what applying them would do. Nothing is tried twice: the second try would meet the first one's version. */
export function useApplyVersion(plan: string) {
  const client = useQueryClient();
  return useMutation({
    retry: false,
    mutationFn: ({ files, expectedVersion, preview }: Wanted) =>
      api.post('/plans/{plan}/versions', {
        params: { plan },
        body: { files: files.map((file) => ({ ...file })), expectedVersion, preview },
      }),
    onSuccess: async (answer) => {
      if (!answer.applied) return;
      await Promise.all([
        client.invalidateQueries({ queryKey: ['plan-versions', plan] }),
        client.invalidateQueries({ queryKey: ['plan-version', plan, 'current'] }),
        client.invalidateQueries({ queryKey: ['scenarios', plan] }),
      ]);
    },
  });
}
