import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import type { SeriesAnswer } from '#contract/signals.ts';
import { api } from '../../api/client.ts';
import { emptyTrails, TRAIL_MS, TRAIL_STEP_MS, type Trails, trailKey } from '../../api/trails.ts';
import type { SparkPoint } from '../../kit/sparkline-path.ts';

/** How coarse a sparkline may be: it has about 120 pixels. */
const STEPS = 90;
/** A tile shows one group; its worst is likely to be among the busiest. */
const GROUPS = 3;

/** The last hour of every figure as it is stored, asked for once; what comes after is seen live. Empty while it is not known. */
export function useStoredTrails(plan: string): Trails {
  const { data } = useQuery({
    queryKey: ['trails', plan],
    queryFn: ({ signal }) => {
      const query = { groups: GROUPS, stepMs: Math.max(TRAIL_STEP_MS, Math.round(TRAIL_MS / STEPS)) };
      return api.get('/plans/{plan}/signals/series', { params: { plan }, query, signal });
    },
    staleTime: TRAIL_MS / 4,
    refetchOnWindowFocus: false,
  });
  return useMemo(() => (data === undefined ? emptyTrails : trailsOf(data)), [data]);
}

/** The lines of an answer as trails; a step without a value is a gap. */
export function trailsOf(answer: SeriesAnswer): Trails {
  const from = Date.parse(answer.from);
  const trails = new Map<string, readonly SparkPoint[]>();
  for (const { signal, groups } of answer.series) {
    for (const { group, last } of groups) {
      const points = last.map((value, index) => ({
        at: from + (index + 1) * answer.stepMs,
        value: value ?? undefined,
      }));
      trails.set(trailKey(signal, group), points);
    }
  }
  return trails;
}
