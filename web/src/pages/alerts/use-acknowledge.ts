import { useMutation, useQueryClient } from '@tanstack/react-query';
import { ApiFailure } from '#contract/client.ts';
import { api } from '../../api/client.ts';

interface Seen {
  readonly alert: string;
  /** The version that the person saw. */
  readonly version: number;
}

/** Acknowledges an alert as it was seen. Whoever was slower reads who was faster. */
export function useAcknowledge(plan: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ alert, version }: Seen) =>
      api.post('/plans/{plan}/alerts/{alert}/acknowledge', {
        params: { plan, alert },
        body: { expectedVersion: version },
      }),
    onSettled: (_, __, { alert }) =>
      Promise.all([
        client.invalidateQueries({ queryKey: ['alert', plan, alert] }),
        client.invalidateQueries({ queryKey: ['alerts', plan] }),
      ]),
  });
}

/** Whether a command failed because somebody else was faster. */
export function wasSlower(error: unknown): boolean {
  return error instanceof ApiFailure && (error.code === 'version-conflict' || error.code === 'already-done');
}
