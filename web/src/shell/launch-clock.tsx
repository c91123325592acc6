import type { OverviewAnswer } from '#contract/overview.ts';
import { useLive } from '../api/live.tsx';
import { formatInstantFull, formatLaunchClock } from '../format/times.ts';
import { useNow } from '../kit/now.ts';
import classes from './launch-clock.module.css';

/** The time since the launch, or until it. Ticks alone: nothing around it is drawn again. */
export function LaunchClock({ overview }: { readonly overview: OverviewAnswer | undefined }) {
  const offset = useLive((snapshot) => snapshot.clockOffsetMs);
  if (overview === undefined) return <span className={classes.clock}> </span>;
  const { at, state } = overview.launch;
  if (at === undefined) {
    return (
      <span className={classes.clock} title="The plan waits for a command to launch it.">
        T+0 on command
      </span>
    );
  }
  return <Ticking launch={Date.parse(at)} offset={offset} zone={overview.timezone} state={state} />;
}

interface TickingProps {
  readonly launch: number;
  readonly offset: number;
  readonly zone: string;
  readonly state: string;
}

function Ticking({ launch, offset, zone }: TickingProps) {
  const now = useNow(1_000);
  const text = formatLaunchClock(now + offset, launch);
  return (
    <span
      className={classes.clock}
      role="timer"
      aria-live="off"
      title={`T+0: ${formatInstantFull(launch)}\n${formatInstantFull(launch, undefined, zone)}`}
    >
      {text}
    </span>
  );
}
