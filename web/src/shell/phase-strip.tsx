import type { OverviewAnswer } from '#contract/overview.ts';
import { useLive } from '../api/live.tsx';
import { formatDayTime, formatInstantFull, formatLaunchOffset, formatSpan } from '../format/times.ts';
import { useNow } from '../kit/now.ts';
import { nearestPhases, phaseLine, type StripPhase } from './phase-line.ts';
import classes from './phase-strip.module.css';

const SHOWN = 3;

/** Where the plan stands in its phases: past, the one of now with its mark, and what comes. */
export function PhaseStrip({ overview }: { readonly overview: OverviewAnswer }) {
  const now = useNow(10_000);
  const offset = useLive((snapshot) => snapshot.clockOffsetMs);
  const line = nearestPhases(phaseLine(overview.phases, now + offset), SHOWN);
  if (line.length === 0) return null;
  return (
    <ol className={classes.strip} aria-label="Phases">
      {line.map((phase) => (
        <li
          key={phase.name}
          className={classes.phase}
          data-place={phase.place}
          title={describe(phase, overview, now + offset)}
          aria-current={phase.place === 'now' ? 'step' : undefined}
        >
          <span className={classes.name}>{phase.name}</span>
          <svg className={classes.track} viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">
            <path className={classes.rest} d="M0 5H100" />
            {phase.done > 0 ? <path className={classes.done} d={`M0 5H${phase.done * 100}`} /> : null}
            {phase.place === 'now' ? <path className={classes.now} d={`M${phase.done * 100} 5h.01`} /> : null}
          </svg>
        </li>
      ))}
    </ol>
  );
}

function describe(phase: StripPhase, overview: OverviewAnswer, now: number): string {
  const launch = overview.launch.at === undefined ? undefined : Date.parse(overview.launch.at);
  const point = (at: number): string => {
    const zoned = formatInstantFull(at, undefined, overview.timezone);
    return launch === undefined ? zoned : `${formatLaunchOffset(at, launch)}, ${zoned}`;
  };
  const lines = [`${phase.name}: from ${point(phase.from)}`];
  lines.push(phase.to === undefined ? 'without an end' : `to ${point(phase.to)}`);
  if (phase.place === 'now' && phase.to !== undefined) lines.push(`ends in ${formatSpan(phase.to - now)}`);
  if (phase.place === 'future') lines.push(`begins ${formatDayTime(phase.from)}, in ${formatSpan(phase.from - now)}`);
  return lines.join('\n');
}
