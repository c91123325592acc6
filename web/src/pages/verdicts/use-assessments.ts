import { useQuery } from '@tanstack/react-query';
import { api } from '../../api/client.ts';

/** A verdict changes with the results of checks, which are minutes apart. */
const EVERY_MS = 15_000;

/** The verdicts of a plan over its phases; `everyMs` is how often they are asked for. */
export function useAssessments(plan: string, everyMs: number = EVERY_MS) {
  return useQuery({
    queryKey: ['assessments', plan],
    queryFn: ({ signal }) => api.get('/plans/{plan}/assessments', { params: { plan }, signal }),
    refetchInterval: everyMs,
  });
}
