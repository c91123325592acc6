import { Link } from '@tanstack/react-router';
import type { PlanStatusAnswer } from '#contract/status.ts';
import { paths } from '../paths.ts';
import classes from './shell.module.css';

interface TopBarProps {
  readonly plan: string | undefined;
  readonly plans: readonly PlanStatusAnswer[];
}

/** The bar at the top: which plan, and what time it is for it. */
export function TopBar({ plan, plans }: TopBarProps) {
  const title = plans.find((status) => status.plan === plan)?.title ?? plan;
  return (
    <header className={classes.bar}>
      <Link to={plan === undefined ? paths.home() : paths.missionControl(plan)} className={classes.brand}>
        {title ?? 'Watchbill'}
      </Link>
    </header>
  );
}
