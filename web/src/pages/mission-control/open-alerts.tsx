import { Link } from '@tanstack/react-router';
import type { LiveAlert } from '#contract/live.ts';
import type { OverviewAnswer } from '#contract/overview.ts';
import { useLive } from '../../api/live.tsx';
import { formatSpan } from '../../format/times.ts';
import { useNow } from '../../kit/now.ts';
import { Section } from '../../kit/page.tsx';
import { Explanation, ReasonPanel } from '../../kit/reason-panel.tsx';
import { StateMark } from '../../kit/state-mark.tsx';
import { alertTone } from '../../kit/tone.ts';
import { paths } from '../../paths.ts';
import classes from './mission-control.module.css';
import { causesFirst, orderAlerts } from './order-alerts.ts';

const SHOWN = 8;

interface OpenAlertsProps {
  readonly plan: string;
  readonly overview: OverviewAnswer | undefined;
}

/** What fires or is about to, the worst first. */
export function OpenAlerts({ plan, overview }: OpenAlertsProps) {
  const all = useLive((snapshot) => snapshot.alerts);
  const alerts = causesFirst(orderAlerts(all, overview?.severities.map(({ name }) => name) ?? []));
  const more = alerts.length - SHOWN;
  return (
    <Section
      title={alerts.length === 0 ? 'Open alerts' : `Open alerts (${alerts.length})`}
      aside={<Link to={paths.alerts(plan)}>all</Link>}
    >
      {alerts.length === 0 ? (
        <p className={classes.none}>None.</p>
      ) : (
        <ul className={classes.list} data-live="">
          {alerts.slice(0, SHOWN).map((alert) => (
            <AlertRow key={alert.key} plan={plan} alert={alert} />
          ))}
        </ul>
      )}
      {more > 0 ? <p className={classes.none}>{more} more.</p> : null}
    </Section>
  );
}

function AlertRow({ plan, alert }: { readonly plan: string; readonly alert: LiveAlert }) {
  const now = useNow(1_000);
  const offset = useLive((snapshot) => snapshot.clockOffsetMs);
  const { tone, word } = alertTone(alert);
  const name = `${alert.rule}${alert.group.length === 0 ? '' : ` (${alert.group.join(', ')})`}`;
  const subject = alert.alert ?? alert.rule;
  return (
    <li className={classes.row} data-alert={subject}>
      <div className={classes.rowHead}>
        <span className={classes.rowTitle}>
          {alert.alert !== undefined ? (
            <Link to={paths.alert(plan, alert.alert)} className="wb-alone">
              {name}
            </Link>
          ) : (
            name
          )}
        </span>
        <ReasonPanel
          label={`${subject}: ${word}. Why?`}
          title={`Why: ${subject}`}
          content={() => <Explanation plan={plan} subject={subject} />}
        >
          <StateMark tone={tone} word={word} />
        </ReasonPanel>
      </div>
      <div className={classes.rowFoot}>
        <span>
          {alert.alert === undefined ? '' : `${alert.alert} · `}
          {alert.severity} · for {formatSpan(now + offset - Date.parse(alert.since))}
          {alert.flapping ? ' · flapping' : ''}
        </span>
        {alert.acknowledged === undefined ? null : <span>{alert.acknowledged.by} takes care</span>}
        {alert.acknowledged !== undefined || alert.needsDown === undefined ? null : (
          <span>quiet while {alert.needsDown} is down</span>
        )}
      </div>
    </li>
  );
}
