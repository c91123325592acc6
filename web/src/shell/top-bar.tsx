import { Link } from '@tanstack/react-router';
import type { PlanSummaryAnswer } from '#contract/overview.ts';
import { useOverview } from '../api/overview.ts';
import { Icon } from '../kit/icon.tsx';
import { paths } from '../paths.ts';
import { LaunchClock } from './launch-clock.tsx';
import { LiveMark } from './live-mark.tsx';
import { OnCall } from './on-call.tsx';
import { PhaseStrip } from './phase-strip.tsx';
import { PlanSwitcher } from './plan-switcher.tsx';
import classes from './top-bar.module.css';
import { UserMenu } from './user-menu.tsx';

interface TopBarProps {
  readonly plan: string | undefined;
  readonly plans: readonly PlanSummaryAnswer[];
  readonly onSearch: () => void;
}

/** What stands at the top of every page: which plan, what time it is for it, who is on call, and whether what is shown is live. */
export function TopBar({ plan, plans, onSearch }: TopBarProps) {
  return (
    <header className={classes.bar}>
      <Link
        to={plan === undefined ? paths.home() : paths.missionControl(plan)}
        className={classes.logo}
        aria-label="Watchbill: mission control"
      >
        <svg viewBox="0 0 32 32" width="24" height="24" aria-hidden="true">
          <path d="M4 18h6l3-9 5 16 3-7h7" />
        </svg>
      </Link>
      <PlanSwitcher plan={plan} plans={plans} />
      {plan === undefined ? <span className={classes.space} /> : <PlanTime plan={plan} />}
      <button type="button" className={classes.search} onClick={onSearch} aria-label="Search and commands">
        <Icon name="search" size={16} />
        <span className={classes.searchWord}>Search</span>
        <kbd className={classes.searchKey}>/</kbd>
      </button>
      <UserMenu />
    </header>
  );
}

function PlanTime({ plan }: { readonly plan: string }) {
  const { data: overview } = useOverview(plan);
  return (
    <>
      <LaunchClock overview={overview} />
      <div className={classes.strip}>{overview === undefined ? null : <PhaseStrip overview={overview} />}</div>
      {overview === undefined ? null : <OnCall overview={overview} />}
      <LiveMark />
    </>
  );
}
