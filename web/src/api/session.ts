import { queryOptions, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { allows, higherLevel, type Permission } from '#contract/access.ts';
import { paths } from '../paths.ts';
import { api } from './client.ts';
import { forgetTab } from './tab-owner.ts';

/** Who is signed in. A failure with status 401 says that nobody is. */
export const sessionQuery = queryOptions({
  queryKey: ['session'],
  queryFn: ({ signal }) => api.get('/session', { signal }),
  staleTime: 60_000,
});

/** Whether the reader may do something, on a plan or on the whole server: what they may not is not offered. The server decides. */
export function useMay(permission: Permission, plan?: string): boolean {
  const { data } = useQuery(sessionQuery);
  if (data === undefined) return false;
  const ofPlan = plan === undefined ? undefined : data.planLevels[plan];
  return allows(higherLevel(data.serverLevel, ofPlan), permission);
}

/** Ends the session, and forgets everything that was read with it. */
export function useSignOut() {
  const client = useQueryClient();
  const navigate = useNavigate();
  return useMutation({
    mutationFn: () => api.post('/sign-out'),
    onSuccess: async () => {
      forgetTab();
      await navigate({ to: paths.signIn() });
      client.clear();
    },
  });
}
