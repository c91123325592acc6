import { useQuery } from '@tanstack/react-query';
import { api } from '../../api/client.ts';

/** A verdict changes with the results of checks, which are minutes apart. */
const EVERY_MS = 15_000;

/** The verdicts of a plan over its phases. */
export function useAssessments(plan: string) {
  return useQuery({
    queryKey: ['assessments', plan],
    queryFn: ({ signal }) => api.get('/plans/{plan}/assessments', { params: { plan }, signal }),
    refetchInterval: EVERY_MS,
  });
}
