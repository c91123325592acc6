import type { ProbeHistoryAnswer } from '#contract/probes.ts';
import { formatSpan } from '../../format/times.ts';
import { TimeText } from '../../kit/time-text.tsx';
import { unknownText, uptimeText } from './probe-words.ts';
import classes from './probes.module.css';

/** How much of each phase it was up, the latest first. */
export function PhaseList({ phases }: { readonly phases: ProbeHistoryAnswer['phases'] }) {
  return (
    <ul className={classes.list}>
      {phases.toReversed().map(({ name, everyMs, from, to, uptime, ...times }) => {
        const unknown = unknownText(times);
        return (
          <li key={name} className={classes.location} data-phase={name}>
            <span className={classes.strong}>{name}</span>
            <span className={classes.figure} data-uptime={name}>
              {uptimeText(uptime)}
            </span>
            <span className={classes.quiet}>
              {unknown === undefined ? '' : `${unknown}, `}
              <TimeText at={from} /> to <TimeText at={to} />,{' '}
              {everyMs === undefined ? 'at rest' : `every ${formatSpan(everyMs)}`}
            </span>
          </li>
        );
      })}
    </ul>
  );
}
