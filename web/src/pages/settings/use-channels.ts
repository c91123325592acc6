import { useQuery } from '@tanstack/react-query';
import { api } from '../../api/client.ts';

/** The channels of a plan. Deliveries go on meanwhile, so they are asked for again. */
export function useChannels(plan: string) {
  return useQuery({
    queryKey: ['channels', plan],
    queryFn: ({ signal }) => api.get('/plans/{plan}/channels', { params: { plan }, signal }),
    refetchInterval: 20_000,
  });
}
