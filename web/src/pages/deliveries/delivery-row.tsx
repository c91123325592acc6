import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import type { AlertDetailAnswer, DeliveryAnswer } from '#contract/alerts.ts';
import { useLive } from '../../api/live.tsx';
import { plural } from '../../format/numbers.ts';
import { formatSpan, formatTimeExact } from '../../format/times.ts';
import { useNow } from '../../kit/now.ts';
import { StateMark } from '../../kit/state-mark.tsx';
import { RowsSkeleton } from '../../kit/states.tsx';
import { TimeText } from '../../kit/time-text.tsx';
import { paths } from '../../paths.ts';
import { useAlert } from '../alerts/use-alerts.ts';
import classes from './deliveries.module.css';
import { deliveryAdvice, deliveryTone, stepWords, wayWords } from './delivery-words.ts';

type Attempts = AlertDetailAnswer['notifications'][number]['attempts'];

interface DeliveryRowProps {
  readonly plan: string;
  readonly delivery: DeliveryAnswer;
  /** Asked for when the row is opened, where they are not known. */
  readonly attempts?: Attempts;
  /** On the page of its alert, which need not be named. */
  readonly within?: boolean;
}

/** One message: to whom, by what, how it stands, and each attempt. One that failed says why and what to do. */
export function DeliveryRow({ plan, delivery, attempts, within = false }: DeliveryRowProps) {
  const [opened, setOpened] = useState(false);
  const { tone, word } = deliveryTone(delivery.state);
  const advice = deliveryAdvice(delivery);
  return (
    <li
      className={classes.delivery}
      data-within={within ? '' : undefined}
      data-delivery={delivery.id}
      data-state={delivery.state}
    >
      <div className={classes.head}>
        <StateMark tone={tone} word={word} />
        <div className={classes.words}>
          <span className={classes.way}>{wayWords(delivery)}</span>
          <span className={classes.quiet}>
            {stepWords(delivery)}
            {within ? null : (
              <>
                :{' '}
                <Link to={paths.alert(plan, delivery.alert)}>
                  {delivery.alert} {delivery.rule}
                </Link>
              </>
            )}
          </span>
        </div>
        <span className={classes.when}>
          <TimeText at={delivery.createdAt} />
          <Took delivery={delivery} />
          {delivery.attemptCount === 0 ? null : (
            <button
              type="button"
              className={classes.more}
              aria-expanded={opened}
              onClick={() => setOpened((before) => !before)}
            >
              {plural(delivery.attemptCount, 'attempt')}
              <span aria-hidden="true">{opened ? ' ▴' : ' ▾'}</span>
            </button>
          )}
        </span>
      </div>
      {delivery.problem === undefined || delivery.state === 'accepted' || delivery.state === 'delivered' ? null : (
        <p className={classes.problem}>
          {delivery.problem} {advice}
        </p>
      )}
      {!opened ? null : attempts === undefined ? (
        <LoadedAttempts plan={plan} delivery={delivery} />
      ) : (
        <AttemptList delivery={delivery} attempts={attempts} />
      )}
    </li>
  );
}

/** How long it took, or when it is tried again. */
function Took({ delivery }: { readonly delivery: DeliveryAnswer }) {
  const now = useNow(1_000);
  const offset = useLive((snapshot) => snapshot.clockOffsetMs);
  if (delivery.state === 'retry_at' && delivery.retryAt !== undefined) {
    const left = Date.parse(delivery.retryAt) - now - offset;
    return <span className={classes.quiet}> {left > 0 ? `again in ${formatSpan(left)}` : 'again now'}</span>;
  }
  if (delivery.settledAt === undefined) return null;
  const tookMs = Date.parse(delivery.settledAt) - Date.parse(delivery.createdAt);
  return (
    <span className={classes.quiet}> after {tookMs < 1_000 ? `${Math.max(0, tookMs)} ms` : formatSpan(tookMs)}</span>
  );
}

/** The attempts stand with the alert. */
function LoadedAttempts({ plan, delivery }: { readonly plan: string; readonly delivery: DeliveryAnswer }) {
  const { data, error } = useAlert(plan, delivery.alert);
  const own = data?.notifications.find(({ id }) => id === delivery.id);
  if (own !== undefined) return <AttemptList delivery={delivery} attempts={own.attempts} />;
  if (error !== null || data !== undefined) return <p className={classes.quiet}>The attempts could not be loaded.</p>;
  return <RowsSkeleton rows={delivery.attemptCount} height={28} />;
}

function AttemptList({ delivery, attempts }: { readonly delivery: DeliveryAnswer; readonly attempts: Attempts }) {
  return (
    <ol className={classes.attempts}>
      {attempts.map(({ attempt, startedAt, endedAt, outcome, problem }) => {
        const { tone, word } = outcome === undefined ? { tone: 'none' as const, word: 'runs' } : deliveryTone(outcome);
        const tookMs = endedAt === undefined ? undefined : Date.parse(endedAt) - Date.parse(startedAt);
        return (
          <li key={attempt}>
            <span className={classes.quiet}>{formatTimeExact(Date.parse(startedAt))}</span>
            <StateMark tone={tone} word={word} />
            <span>
              {problem ?? (tookMs === undefined ? '' : `in ${tookMs < 1_000 ? `${tookMs} ms` : formatSpan(tookMs)}`)}
            </span>
          </li>
        );
      })}
      {delivery.receipt === undefined ? null : (
        <li className={classes.quiet}>Receipt of the provider: {delivery.receipt}</li>
      )}
      {delivery.mayRepeat ? (
        <li className={classes.quiet}>An attempt ended without a result: it may have arrived twice.</li>
      ) : null}
    </ol>
  );
}
