import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { AlertDetailAnswer } from '#contract/alerts.ts';
import type { OverviewAnswer } from '#contract/overview.ts';
import { wasSlower } from '../../api/acknowledge.ts';
import { useLive } from '../../api/live.tsx';
import { formatSpan } from '../../format/times.ts';
import { useNow } from '../../kit/now.ts';
import { describeFailure } from '../../kit/states.tsx';
import { TimeText } from '../../kit/time-text.tsx';
import { paths } from '../../paths.ts';
import classes from './alert.module.css';
import { reasonSentence } from './reason-words.ts';
import { RunbookText } from './runbook-text.tsx';

interface NextActionProps {
  readonly plan: string;
  readonly detail: AlertDetailAnswer;
  readonly overview: OverviewAnswer | undefined;
  readonly may: boolean;
  readonly error: unknown;
  readonly buttons: ReactNode;
}

/** What to do now, in one sentence with its button: the first thing that is read at night. */
export function NextAction({ plan, detail, overview, may, error, buttons }: NextActionProps) {
  const { alert } = detail;
  const respondMs = overview?.severities.find(({ name }) => name === alert.severity)?.respondMs;
  const silence = alert.silences.at(-1);
  const kind = alert.resolvedAt !== undefined ? 'over' : alert.acknowledged !== undefined ? 'held' : 'open';
  return (
    <div className={classes.next} data-kind={kind} data-live="">
      <div className={classes.nextWords}>
        <p className={classes.nextTitle}>
          {kind === 'open'
            ? may
              ? 'Nobody is on it. Acknowledge it if you are.'
              : 'Nobody is on it yet.'
            : kind === 'held'
              ? `${alert.acknowledged?.by} takes care of it.`
              : 'It is over. Nothing is left to do.'}
        </p>
        <p className={classes.nextText}>
          {kind === 'open'
            ? may
              ? 'The others then know, and nobody is told again until it ends.'
              : 'You may look; acknowledging takes the level of a responder.'
            : null}
          {kind === 'held' && alert.acknowledged !== undefined ? (
            <>
              Since <TimeText at={alert.acknowledged.at} />, by {viaWords[alert.acknowledged.via]}. Nobody is told again
              until it ends. {detail.runbook === undefined ? '' : 'The runbook is below.'}
            </>
          ) : null}
          {kind === 'over' && alert.resolvedBecause !== undefined ? reasonSentence(alert.resolvedBecause) : null}
        </p>
        {kind === 'over' || detail.runbook === undefined ? null : (
          <p className={classes.nextText}>
            What to do: <RunbookText text={detail.runbook} />
          </p>
        )}
        {kind !== 'open' || alert.needsDown === undefined ? null : (
          <p className={classes.nextText}>
            Nobody was told, since its service needs {alert.needsDown.service}, which is down (
            {alert.needsDown.by.map((cause, index) => (
              <span key={cause}>
                {index === 0 ? '' : ', '}
                <Link to={paths.alert(plan, cause)}>{cause}</Link>
              </span>
            ))}
            ). It is told once that is over, if it still fires.
          </p>
        )}
        {silence === undefined ? null : (
          <p className={classes.nextText}>
            Silenced by {silence.by} until <TimeText at={silence.until} />: {silence.reason}
          </p>
        )}
        {error === null ? null : (
          <p className={classes.nextProblem} role="alert">
            {wasSlower(error) ? 'Somebody was faster: ' : ''}
            {describeFailure(error).message}
          </p>
        )}
      </div>
      {kind === 'open' && respondMs !== undefined ? (
        <AnswerClock openedAt={Date.parse(alert.openedAt)} respondMs={respondMs} />
      ) : null}
      {kind === 'over' ? null : <div className={classes.nextButtons}>{buttons}</div>}
    </div>
  );
}

const viaWords = {
  web: 'the web',
  link: 'the link in a message',
  api: 'the API',
  cli: 'the command line',
} as const;

/** How much is left of the time in which somebody has to answer: a bar that drains. */
function AnswerClock({ openedAt, respondMs }: { readonly openedAt: number; readonly respondMs: number }) {
  const now = useNow(1_000);
  const offset = useLive((snapshot) => snapshot.clockOffsetMs);
  const left = openedAt + respondMs - now - offset;
  const late = left < 0;
  return (
    <div className={classes.clock} data-late={late ? '' : undefined}>
      <span>{late ? `answer is ${formatSpan(-left)} late` : `answer within ${formatSpan(left)}`}</span>
      <span className={classes.drain}>
        <span style={{ width: `${Math.min(100, Math.max(0, (left / respondMs) * 100))}%` }} />
      </span>
    </div>
  );
}
