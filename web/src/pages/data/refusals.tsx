import type { UseQueryResult } from '@tanstack/react-query';
import type { RejectionsAnswer } from '#contract/data.ts';
import { formatCount } from '../../format/numbers.ts';
import { Section } from '../../kit/page.tsx';
import { StateMark } from '../../kit/state-mark.tsx';
import { ErrorState, RowsSkeleton } from '../../kit/states.tsx';
import { TimeText } from '../../kit/time-text.tsx';
import classes from './data.module.css';

interface RefusalsProps {
  readonly plan: string;
  readonly rejections: UseQueryResult<RejectionsAnswer>;
}

/** What was refused, by reason, with what the sender was told and what helps. */
export function Refusals({ rejections }: RefusalsProps) {
  const { data, error, refetch } = rejections;
  return (
    <Section
      title="Refused"
      aside={
        data?.since === undefined ? undefined : (
          <>
            since <TimeText at={data.since} />
          </>
        )
      }
    >
      {error !== null && data === undefined ? (
        <ErrorState error={error} title="The refusals could not be loaded" onRetry={() => void refetch()} />
      ) : data === undefined ? (
        <RowsSkeleton rows={2} height={64} />
      ) : !data.known ? (
        <StateMark tone="none" word="Intake does not answer; what it refuses is not known now." />
      ) : data.rejections.length === 0 ? (
        <div className={classes.whole}>
          <StateMark
            tone={data.accepted === 0 ? 'neutral' : 'good'}
            word={data.accepted === 0 ? 'Nothing was sent yet.' : `None of ${formatCount(data.accepted)} records.`}
          />
        </div>
      ) : (
        <ul className={classes.list}>
          {data.rejections.map((rejection) => (
            <li key={rejection.code} className={classes.refusal} data-code={rejection.code}>
              <span className={classes.number}>{formatCount(rejection.count)}</span>
              <span className={classes.words}>
                <span className={classes.name}>{rejection.code}</span>
                <span className={classes.said}>{rejection.example}</span>
                <span className={classes.quiet}>{rejection.hint}</span>
              </span>
              <span className={classes.quiet}>
                {rejection.lastAt === undefined ? null : <TimeText at={rejection.lastAt} show="age" />}
              </span>
            </li>
          ))}
        </ul>
      )}
    </Section>
  );
}
