import type { AlertDetailAnswer } from '#contract/alerts.ts';
import { formatTimeExact } from '../../format/times.ts';
import { StateMark } from '../../kit/state-mark.tsx';
import { TimeText } from '../../kit/time-text.tsx';
import classes from './alert.module.css';
import { timelineEntries } from './timeline.ts';

/** Everything that happened to the alert, in words; the newest first, since that is what is asked for at night. */
export function AlertTimeline({ detail }: { readonly detail: AlertDetailAnswer }) {
  const entries = timelineEntries(detail.timeline);
  return (
    <ol className={classes.timeline} data-live="">
      {entries.toReversed().map(({ sequence, at, tone, text, reason }) => (
        <li key={sequence}>
          <time dateTime={at} className={classes.time}>
            {formatTimeExact(Date.parse(at))}
          </time>
          <StateMark tone={tone} word={tone} quiet />
          <span>
            {text}
            {reason === undefined ? null : <span className={classes.quiet}> {reason}</span>}
          </span>
        </li>
      ))}
      {entries.length === 0 ? (
        <li className={classes.quiet}>
          Nothing is recorded yet, <TimeText at={detail.alert.openedAt} />.
        </li>
      ) : null}
    </ol>
  );
}
