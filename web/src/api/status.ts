import { queryOptions } from '@tanstack/react-query';
import { api } from './client.ts';

/** Which plans there are and how Watchbill itself is; what is live about one plan comes from its stream. */
export const statusQuery = queryOptions({
  queryKey: ['status'],
  queryFn: ({ signal }) => api.get('/status', { signal }),
});
