import { useQuery } from '@tanstack/react-query';
import { api } from '../../api/client.ts';

const TAIL_EVERY_MS = 2_000;
const FIELDS_EVERY_MS = 15_000;
const RATES_EVERY_MS = 10_000;
const TAIL_ROWS = 50;

/** Event names and their fields; asked for often as long as nothing has come, so that the first event is seen at once. */
export function useFields(plan: string) {
  return useQuery({
    queryKey: ['data-fields', plan],
    queryFn: ({ signal }) => api.get('/plans/{plan}/data/fields', { params: { plan }, signal }),
    refetchInterval: ({ state }) =>
      state.data !== undefined && !state.data.events.some(({ own }) => !own) ? TAIL_EVERY_MS : FIELDS_EVERY_MS,
  });
}

export function useRates(plan: string) {
  return useQuery({
    queryKey: ['data-rates', plan],
    queryFn: ({ signal }) => api.get('/plans/{plan}/data/rates', { params: { plan }, signal }),
    refetchInterval: RATES_EVERY_MS,
  });
}

export function useRejections(plan: string) {
  return useQuery({
    queryKey: ['data-rejections', plan],
    queryFn: ({ signal }) => api.get('/plans/{plan}/data/rejections', { params: { plan }, signal }),
    refetchInterval: RATES_EVERY_MS,
  });
}

/** The latest events; not asked for while somebody reads. */
export function useTail(plan: string, name: string | undefined, paused: boolean) {
  return useQuery({
    queryKey: ['data-events', plan, name],
    queryFn: ({ signal }) =>
      api.get('/plans/{plan}/data/events', { params: { plan }, query: { name, limit: TAIL_ROWS }, signal }),
    refetchInterval: paused ? false : TAIL_EVERY_MS,
    refetchOnWindowFocus: !paused,
  });
}
