import type { ReactNode } from 'react';
import type { HealthAnswer } from '#contract/health.ts';
import { formatCount, formatFigureText, formatNumber } from '../../format/numbers.ts';
import { Section } from '../../kit/page.tsx';
import { StateMark } from '../../kit/state-mark.tsx';
import { TimeText } from '../../kit/time-text.tsx';
import { Course, type CourseName } from './course.tsx';
import classes from './health.module.css';
import { bytesText } from './health-words.ts';

/** Of a store that fills up nobody needs more digits. */
const LEAST_SHARE = 0.0001;

/** What comes in and what waits on its way. */
export function Intake({ health }: { readonly health: HealthAnswer }) {
  const { intake, history } = health;
  const full = intake.spoolBytes === undefined ? 0 : intake.spoolBytes / intake.spoolBytesLimit;
  const age = history.watermarkAgeMs.at(-1);
  const lag = history.lagMs.at(-1);
  return (
    <Section
      title="Intake and judgement"
      aside={
        <StateMark
          tone={intake.connected ? 'good' : 'critical'}
          word={intake.connected ? 'connected' : 'not connected: nothing is judged'}
        />
      }
    >
      <div className={classes.tiles}>
        <Tile title="Taken in" history={history} of="acceptedPerSecond" value={rate(intake.acceptedPerSecond)}>
          records a second
        </Tile>
        <Tile title="Refused" history={history} of="rejectedPerSecond" value={rate(intake.rejectedPerSecond)}>
          records a second
        </Tile>
        <Tile
          title="Spool"
          history={history}
          of="spoolBytes"
          value={intake.spoolBytes === undefined ? '–' : bytesText(intake.spoolBytes)}
        >
          {full < LEAST_SHARE ? 'less than 0.01%' : formatFigureText(full, '%')} of {bytesText(intake.spoolBytesLimit)}
          {intake.segmentsWaiting === undefined || intake.segmentsWaiting === 0 ? (
            ', nothing waits'
          ) : (
            <>
              , {formatCount(intake.segmentsWaiting)} waiting
              {intake.oldestWaitingAt === undefined ? null : (
                <>
                  {' '}
                  since <TimeText at={intake.oldestWaitingAt} show="age" />
                </>
              )}
            </>
          )}
        </Tile>
        <Tile title="Judged up to" history={history} of="watermarkAgeMs" value={duration(age)}>
          ago, the oldest of all plans
        </Tile>
        <Tile title="Core behind" history={history} of="lagMs" value={duration(lag)}>
          what has waited longest
        </Tile>
      </div>
    </Section>
  );
}

function rate(perSecond: number | undefined): string {
  return perSecond === undefined ? '–' : formatNumber(Number(perSecond.toPrecision(3)));
}

function duration(ms: number | null | undefined): string {
  return ms === null || ms === undefined ? '–' : formatFigureText(Math.round(ms), 'ms');
}

interface TileProps {
  readonly title: string;
  readonly value: string;
  readonly history: HealthAnswer['history'];
  readonly of: CourseName;
  readonly children: ReactNode;
}

function Tile({ title, value, history, of, children }: TileProps) {
  return (
    <div className={classes.tile} data-tile={of}>
      <span className={classes.quiet}>{title}</span>
      <span className={classes.big}>{value}</span>
      <Course history={history} of={of} label={`${title} over the last hour`} />
      <span className={classes.quiet}>{children}</span>
    </div>
  );
}
