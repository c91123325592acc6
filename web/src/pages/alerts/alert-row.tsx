import { Button } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useLive } from '../../api/live.tsx';
import { formatSpan } from '../../format/times.ts';
import { useNow } from '../../kit/now.ts';
import { Explanation, ReasonPanel } from '../../kit/reason-panel.tsx';
import { StateMark } from '../../kit/state-mark.tsx';
import { TimeText } from '../../kit/time-text.tsx';
import { alertTone } from '../../kit/tone.ts';
import { paths } from '../../paths.ts';
import type { ListedAlert } from './alert-list.ts';
import classes from './alerts.module.css';
import { reasonWords } from './reason-words.ts';

interface AlertRowProps {
  readonly plan: string;
  readonly alert: ListedAlert;
  /** Undefined for who may not. */
  readonly onAcknowledge: (() => void) | undefined;
  readonly busy: boolean;
}

/** One alert: what, how it stands, for how long, and who is on it. */
export function AlertRow({ plan, alert, onAcknowledge, busy }: AlertRowProps) {
  const { tone, word } = alertTone({
    state: alert.state,
    ...(alert.acknowledged === undefined ? {} : { acknowledged: { ...alert.acknowledged, via: '' } }),
  });
  const name = `${alert.rule}${alert.group.length === 0 ? '' : ` (${alert.group.join(', ')})`}`;
  const open = alert.state === 'firing' || alert.state === 'resolving';
  return (
    <li className={classes.row} data-key={alert.key} data-state={alert.state} data-alert={alert.alert}>
      <ReasonPanel
        label={`${alert.alert ?? alert.rule}: ${word}. Why?`}
        title={`Why: ${alert.alert ?? alert.rule}`}
        content={() => <Explanation plan={plan} subject={alert.alert ?? alert.rule} />}
      >
        <StateMark tone={tone} word={word} />
      </ReasonPanel>
      <div className={classes.what}>
        {alert.alert === undefined ? (
          <span className={classes.name}>{name}</span>
        ) : (
          <Link to={paths.alert(plan, alert.alert)} className={`${classes.name} wb-alone`} data-row-link="">
            {name}
          </Link>
        )}
        <span className={classes.quiet}>
          {alert.alert === undefined ? '' : `${alert.alert} · `}
          {alert.severity}
          {alert.flapping ? ' · flapping' : ''}
          {alert.silencedUntil === undefined || !open ? null : (
            <>
              {' '}
              · silenced until <TimeText at={alert.silencedUntil} />
            </>
          )}
        </span>
      </div>
      <div className={classes.when}>
        <span>
          <TimeText at={alert.openedAt} />
          {alert.state === 'resolved'
            ? ` · ${formatSpan((alert.resolvedAt ?? alert.openedAt) - alert.openedAt)}`
            : null}
          {open ? <Lasting since={alert.openedAt} /> : null}
        </span>
        <span className={classes.quiet}>{secondLine(alert)}</span>
      </div>
      <div className={classes.rowAction}>
        {open && alert.acknowledged === undefined && onAcknowledge !== undefined && alert.alert !== undefined ? (
          <Button size="xs" variant="default" className={classes.tap} loading={busy} onClick={onAcknowledge}>
            Acknowledge
          </Button>
        ) : null}
      </div>
    </li>
  );
}

function secondLine(alert: ListedAlert): string {
  if (alert.state === 'resolved') return alert.reason === undefined ? '' : reasonWords(alert.reason);
  if (alert.acknowledged !== undefined) return `${alert.acknowledged.by} takes care`;
  if (alert.state === 'pending') return 'waits for its duration';
  if (alert.needsDown !== undefined) return `quiet while ${alert.needsDown} is down`;
  return alert.told === false ? 'nobody was told' : 'nobody is on it';
}

function Lasting({ since }: { readonly since: number }) {
  const now = useNow(1_000);
  const offset = useLive((snapshot) => snapshot.clockOffsetMs);
  return <> · for {formatSpan(now + offset - since)}</>;
}
