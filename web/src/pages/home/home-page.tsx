import { useQuery } from '@tanstack/react-query';
import { Navigate } from '@tanstack/react-router';
import { ApiFailure } from '#contract/client.ts';
import { rememberedPlan } from '../../api/current-plan.ts';
import { plansQuery } from '../../api/overview.ts';
import { EmptyState, ErrorState } from '../../kit/states.tsx';
import { paths } from '../../paths.ts';
import { EntryCard } from '../sign-in/entry-card.tsx';

/** How soon a plan that was applied is gone to. */
const WAIT_MS = 3_000;

/** Goes to the plan that was looked at last, or says how to get one. */
export function HomePage() {
  const { data, error, refetch } = useQuery({ ...plansQuery, refetchInterval: WAIT_MS });
  if (error instanceof ApiFailure && error.status === 401) return <Navigate to={paths.signIn()} replace />;
  if (error !== null) {
    return (
      <EntryCard title="Watchbill">
        <ErrorState error={error} title="Watchbill could not be reached" onRetry={() => void refetch()} />
      </EntryCard>
    );
  }
  if (data === undefined) return null;
  const names = data.map(({ plan }) => plan);
  const last = rememberedPlan();
  const plan = last !== undefined && names.includes(last) ? last : names[0];
  if (plan !== undefined) return <Navigate to={paths.missionControl(plan)} replace />;
  return (
    <EntryCard title="No plan yet">
      <EmptyState
        title="Watchbill watches what a plan says"
        snippet={'npx watchbill check plan.yaml\nnpx watchbill apply plan.yaml'}
      >
        Write one, check it, and apply it. This page shows it as soon as it runs.
      </EmptyState>
    </EntryCard>
  );
}
