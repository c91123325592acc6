import { Link } from '@tanstack/react-router';
import type { PageRange } from '../../charts/use-time-range.ts';
import { formatSpan } from '../../format/times.ts';
import { Section } from '../../kit/page.tsx';
import { StateMark } from '../../kit/state-mark.tsx';
import { TimeText } from '../../kit/time-text.tsx';
import { paths } from '../../paths.ts';
import classes from './signal.module.css';
import type { ShownLines } from './use-shown-lines.ts';

const SHOWN = 10;

interface AlertsInRangeProps {
  readonly plan: string;
  readonly page: PageRange;
  readonly lines: ShownLines;
}

/** Alerts of rules that read the signal, in the time that the chart shows; the newest first. */
export function AlertsInRange({ plan, page, lines }: AlertsInRangeProps) {
  const alerts = (lines.series?.alerts ?? [])
    .filter(({ from, to }) => from <= page.stretch.to && (to ?? page.now) >= page.stretch.from)
    .toSorted((left, right) => right.from - left.from);
  return (
    <Section title="Alerts in this time" aside={alerts.length === 0 ? undefined : String(alerts.length)}>
      {lines.series === undefined ? null : alerts.length === 0 ? (
        <p className={classes.quiet}>None. A longer range may have some.</p>
      ) : (
        <ul className={classes.alerts}>
          {alerts.slice(0, SHOWN).map((alert) => (
            <li key={alert.alert}>
              <Link to={paths.alert(plan, alert.alert)} className="wb-alone">
                {alert.alert} {alert.rule}
                {alert.group.length === 0 ? '' : ` (${alert.group.join(', ')})`}
              </Link>
              <span className={classes.quiet}>
                <TimeText at={alert.from} />, {formatSpan((alert.to ?? page.now) - alert.from)}
              </span>
              <StateMark
                tone={alert.to === undefined ? 'critical' : 'good'}
                word={alert.to === undefined ? 'open' : 'resolved'}
              />
            </li>
          ))}
        </ul>
      )}
      {alerts.length > SHOWN ? <p className={classes.quiet}>{alerts.length - SHOWN} more in this time.</p> : null}
    </Section>
  );
}
