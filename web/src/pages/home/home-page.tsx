import { useQuery } from '@tanstack/react-query';
import { Navigate } from '@tanstack/react-router';
import { ApiFailure } from '#contract/client.ts';
import { rememberedPlan } from '../../api/current-plan.ts';
import { plansQuery } from '../../api/overview.ts';
import { EmptyState, ErrorState } from '../../kit/states.tsx';
import { paths } from '../../paths.ts';

/** Goes to the plan that was looked at last, or says how to get one. */
export function HomePage() {
  const { data, error, refetch } = useQuery(plansQuery);
  if (error instanceof ApiFailure && error.status === 401) return <Navigate to={paths.signIn()} replace />;
  if (error !== null) {
    return <ErrorState error={error} title="Watchbill could not be reached" onRetry={() => void refetch()} />;
  }
  if (data === undefined) return null;
  const names = data.map(({ plan }) => plan);
  const last = rememberedPlan();
  const plan = last !== undefined && names.includes(last) ? last : names[0];
  if (plan !== undefined) return <Navigate to={paths.missionControl(plan)} replace />;
  return (
    <EmptyState title="No plan yet" snippet={'npx watchbill check plan.yaml\nnpx watchbill apply plan.yaml'}>
      Watchbill watches what a plan says. Write one, check it, and apply it:
    </EmptyState>
  );
}
