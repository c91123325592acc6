import { useQuery } from '@tanstack/react-query';
import { Navigate, Outlet, useLocation, useParams } from '@tanstack/react-router';
import { useEffect } from 'react';
import { ApiFailure } from '#contract/client.ts';
import { rememberedPlan, rememberPlan } from '../api/current-plan.ts';
import { LiveProvider } from '../api/live.tsx';
import { statusQuery } from '../api/status.ts';
import { ErrorState } from '../kit/states.tsx';
import { paths } from '../paths.ts';
import { Navigation } from './navigation.tsx';
import classes from './shell.module.css';
import { TopBar } from './top-bar.tsx';

/** What stands around every page: the bar with the plan's time, the navigation, and the live stream of the plan that is looked at. */
export function Shell() {
  const { plan: named } = useParams({ strict: false }) as { readonly plan?: string };
  const { pathname } = useLocation();
  const { data, error, refetch } = useQuery(statusQuery);
  const names = data?.plans.map(({ plan }) => plan) ?? [];
  const last = rememberedPlan();
  const plan = named ?? (last !== undefined && names.includes(last) ? last : names[0]);

  useEffect(() => {
    if (named !== undefined) rememberPlan(named);
  }, [named]);

  if (error instanceof ApiFailure && error.status === 401) return <Navigate to={paths.signIn(pathname)} replace />;
  const body = (
    <div className={classes.shell}>
      <a className={classes.skip} href="#content">
        Skip to content
      </a>
      <TopBar plan={plan} plans={data?.plans ?? []} />
      <Navigation plan={plan} />
      <main id="content" className={classes.content} tabIndex={-1}>
        {error !== null && data === undefined ? (
          <ErrorState error={error} title="Watchbill could not be reached" onRetry={() => void refetch()} />
        ) : named !== undefined && data !== undefined && !names.includes(named) ? (
          <ErrorState
            error={new Error(`There is no plan "${named}", or it is not yours to see.`)}
            title="No such plan"
          />
        ) : (
          <Outlet />
        )}
      </main>
    </div>
  );
  if (plan === undefined) return body;
  return (
    <LiveProvider key={plan} plan={plan}>
      {body}
    </LiveProvider>
  );
}
