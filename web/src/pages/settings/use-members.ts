import { useQuery } from '@tanstack/react-query';
import { api } from '../../api/client.ts';

/** The members of the server, for who may see them; also who of the plans' people has an account. */
export function useMembers(mayAdminister: boolean) {
  return useQuery({
    queryKey: ['members'],
    queryFn: ({ signal }) => api.get('/members', { signal }),
    enabled: mayAdminister,
  });
}
