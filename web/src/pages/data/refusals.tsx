import type { UseQueryResult } from '@tanstack/react-query';
import type { RejectionsAnswer } from '#contract/data.ts';
import { formatCount, formatNumber } from '../../format/numbers.ts';
import { Section } from '../../kit/page.tsx';
import { StateMark } from '../../kit/state-mark.tsx';
import { ErrorState, RowsSkeleton } from '../../kit/states.tsx';
import { TimeText } from '../../kit/time-text.tsx';
import classes from './data.module.css';

interface RefusalsProps {
  readonly plan: string;
  readonly rejections: UseQueryResult<RejectionsAnswer>;
}

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;

/** What goes wrong now with what is sent: limits that are being hit, and clocks that are wrong. */
function Troubles({ floods, wrongClocks }: Pick<RejectionsAnswer, 'floods' | 'wrongClocks'>) {
  if (floods.length === 0 && wrongClocks.length === 0) return null;
  return (
    <ul className={classes.list}>
      {floods.map(({ code, since, perSecond, example }) => (
        <li key={code} className={classes.refusal}>
          <span className={classes.number}>{formatCount(perSecond)}/s</span>
          <span className={classes.words}>
            <StateMark tone="warning" word={`${code}: requests are refused now`} />
            <span className={classes.said}>{example}</span>
          </span>
          <span className={classes.quiet}>
            since <TimeText at={since} />
          </span>
        </li>
      ))}
      {wrongClocks.map(({ key, aheadMs, lastAt }) => (
        <li key={key} className={classes.refusal}>
          <span className={classes.number}>{awayText(aheadMs)}</span>
          <span className={classes.words}>
            <StateMark tone="warning" word={`The clock of this sender is ${aheadMs > 0 ? 'ahead' : 'behind'}`} />
            <span className={classes.said}>Key {key}</span>
            <span className={classes.quiet}>Set it by NTP: windows count records at the time that they carry.</span>
          </span>
          <span className={classes.quiet}>
            <TimeText at={lastAt} show="age" />
          </span>
        </li>
      ))}
    </ul>
  );
}

function awayText(aheadMs: number): string {
  const ms = Math.abs(aheadMs);
  if (ms >= HOUR_MS) return `${formatNumber(Number((ms / HOUR_MS).toPrecision(2)))} h`;
  return ms >= MINUTE_MS
    ? `${formatNumber(Math.round(ms / MINUTE_MS))} min`
    : `${formatNumber(Math.round(ms / 1_000))} s`;
}

/** How often something was taken out of which field before it was kept. */
function Scrubbed({ scrubbed }: Pick<RejectionsAnswer, 'scrubbed'>) {
  if (scrubbed.length === 0) return null;
  return (
    <Section title="Taken out before it was kept">
      <ul className={classes.list}>
        {scrubbed.map(({ field, count, lastAt }) => (
          <li key={field} className={classes.refusal}>
            <span className={classes.number}>{formatCount(count)}</span>
            <span className={classes.words}>
              <span className={classes.name}>{field}</span>
              <span className={classes.quiet}>
                A secret, an address or a query. If it was none, keep the field by the section scrub of the plan.
              </span>
            </span>
            <span className={classes.quiet}>
              <TimeText at={lastAt} show="age" />
            </span>
          </li>
        ))}
      </ul>
    </Section>
  );
}

/** What was refused, by reason, with what the sender was told and what helps. */
export function Refusals({ rejections }: RefusalsProps) {
  const { data, error, refetch } = rejections;
  return (
    <>
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
        {data === undefined ? null : <Troubles floods={data.floods} wrongClocks={data.wrongClocks} />}
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
              word={
                data.accepted === 0
                  ? 'Nothing was sent yet.'
                  : `None of ${formatCount(data.accepted)} records and points.`
              }
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
        {data === undefined || data.samples.series === 0 ? null : (
          <p className={classes.quiet}>
            {formatCount(data.samples.accepted)} points of {formatCount(data.samples.series)} series were taken; a plan
            may have {formatCount(data.samples.mostSeries)} series.
          </p>
        )}
      </Section>
      {data === undefined ? null : <Scrubbed scrubbed={data.scrubbed} />}
    </>
  );
}
