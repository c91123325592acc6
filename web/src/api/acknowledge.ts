import { useMutation, useQueryClient } from '@tanstack/react-query';
import { ApiFailure } from '#contract/client.ts';
import { api } from './client.ts';

/** What has to be known of an alert to take care of it: its id, and the version that the reader sees. */
export interface Acknowledgeable {
  readonly alert: string;
  readonly version: number;
}

/** Takes care of an alert. The stream then shows it acknowledged; what else is known of it is asked for again. */
export function useAcknowledge(plan: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ alert, version }: Acknowledgeable) =>
      api.post('/plans/{plan}/alerts/{alert}/acknowledge', {
        params: { plan, alert },
        body: { expectedVersion: version },
      }),
    onSettled: () => client.invalidateQueries({ predicate: ({ queryKey }) => queryKey.includes(plan) }),
  });
}

/** Whether a command failed because somebody else was faster. */
export function wasSlower(error: unknown): boolean {
  return error instanceof ApiFailure && (error.code === 'version-conflict' || error.code === 'already-done');
}
