import type { LiveReading } from '#contract/live.ts';
import type { ObjectiveAnswer, SignalAnswer } from '#contract/overview.ts';
import { MINUTE_MS } from '#kernel/instant.ts';
import { useLive, useReadings } from '../../api/live.tsx';
import { formatCount, plural } from '../../format/numbers.ts';
import { formatAge, formatSpan } from '../../format/times.ts';
import { bandText } from '../../kit/bands.ts';
import { Figure } from '../../kit/figure.tsx';
import { isJudged } from '../../kit/tone.ts';
import { useFiguresAge } from '../../shell/live-mark.tsx';
import { rankWord, worstReading } from '../mission-control/worst-reading.ts';
import classes from './signal.module.css';

interface HeadlineProps {
  readonly signal: SignalAnswer;
  readonly objective: ObjectiveAnswer | undefined;
}

const RANKS = { worst: 'Worst', busiest: 'Busiest' } as const;

/** The figure and what belongs to it: target, sample size, age. */
export function Headline({ signal, objective }: HeadlineProps) {
  const readings = useReadings(signal.name);
  const known = useLive((snapshot) => snapshot.plan !== undefined);
  const age = useFiguresAge();
  const reading = worstReading(readings, signal.worse);
  const judged = reading !== undefined && isJudged(reading.state);
  const bands = objective?.bands;
  return (
    <div className={classes.headline} data-live="">
      <div className={classes.fact}>
        <span className={classes.label}>
          {readings.length > 1 ? `${RANKS[rankWord(readings, signal.worse)]} of ${readings.length}` : 'Now'}
        </span>
        <span className={classes.big}>
          <Figure value={reading?.value} unit={signal.unit} size="large" tentative={!judged} />
        </span>
      </div>
      <div className={classes.fact}>
        <span className={classes.label}>Target</span>
        <span className={classes.medium}>
          {bands?.target === undefined
            ? 'none'
            : bands.target === 'unset'
              ? 'unset'
              : bandText(bands.target, signal.unit)}
        </span>
      </div>
      <div className={classes.fact}>
        <span className={classes.label}>{signal.ofTime === true ? 'Known time' : 'Samples'}</span>
        <span className={classes.medium}>
          {signal.ofTime === true
            ? formatSpan((reading?.sampleSize ?? 0) * MINUTE_MS)
            : formatCount(reading?.sampleSize ?? 0)}
          {signal.atLeast > 0 ? (
            <span className={classes.quiet}>
              {' '}
              of at least{' '}
              {signal.ofTime === true ? formatSpan(signal.atLeast * MINUTE_MS) : formatCount(signal.atLeast)}
            </span>
          ) : null}
        </span>
      </div>
      <div className={classes.fact}>
        <span className={classes.label}>Read</span>
        <span className={classes.medium}>{age === undefined ? '–' : formatAge(age)}</span>
      </div>
      {known && reading?.state === 'too few' ? <TooFew reading={reading} signal={signal} /> : null}
    </div>
  );
}

/** Not enough data yet: how much there is, how much is needed, and what that means. */
function TooFew({ reading, signal }: { readonly reading: LiveReading; readonly signal: SignalAnswer }) {
  const needed = reading.needed ?? signal.atLeast;
  const missing = Math.max(0, needed - reading.sampleSize);
  return (
    <div className={classes.few}>
      <strong>Not enough data yet.</strong>{' '}
      {signal.ofTime === true ? (
        <>
          {formatSpan(reading.sampleSize * MINUTE_MS)} of {formatSpan(needed * MINUTE_MS)} are known:{' '}
          {formatSpan(missing * MINUTE_MS)} more are needed in its window before it is judged.
        </>
      ) : (
        <>
          {formatCount(reading.sampleSize)} of {formatCount(needed)} samples: {plural(missing, 'more is', 'more are')}{' '}
          needed in its window before it is judged.
        </>
      )}{' '}
      Until then no rule fires or resolves on it.
      <progress
        className={classes.progress}
        value={reading.sampleSize}
        max={needed}
        aria-label={`${reading.sampleSize} of ${needed} samples`}
      />
    </div>
  );
}
