import { Link } from '@tanstack/react-router';
import { memo, useMemo } from 'react';
import type { LiveReading } from '#contract/live.ts';
import type { ObjectiveAnswer, SignalAnswer } from '#contract/overview.ts';
import { useLive, useReadings } from '../../api/live.tsx';
import { joinTrail, type Trails, trailKey } from '../../api/trails.ts';
import { LinkedSparkline } from '../../charts/linked-sparkline.tsx';
import type { Stretch } from '../../charts/time-range.ts';
import { bandText, targetEdge } from '../../kit/bands.ts';
import { Figure, SampleSize } from '../../kit/figure.tsx';
import { ReasonPanel } from '../../kit/reason-panel.tsx';
import { StateMark } from '../../kit/state-mark.tsx';
import { BlockSkeleton } from '../../kit/states.tsx';
import { figureTone, isJudged } from '../../kit/tone.ts';
import { paths } from '../../paths.ts';
import { shortReason } from '../mission-control/figure-reason.ts';
import { FigureReasons } from '../mission-control/figure-reasons.tsx';
import { rankWord, worstReading } from '../mission-control/worst-reading.ts';
import classes from './signals.module.css';

interface SignalRowProps {
  readonly plan: string;
  readonly signal: SignalAnswer;
  readonly objective: ObjectiveAnswer | undefined;
  /** Undefined until the courses came. */
  readonly stored: Trails | undefined;
  readonly loading: boolean;
  readonly range: Stretch;
  readonly live: boolean;
  /** Instants of deployments. */
  readonly marks: readonly number[];
}

/** One signal in a line. Of a grouped one the group that stands worst. */
export const SignalRow = memo(function SignalRow(props: SignalRowProps) {
  const { plan, signal, objective, stored, loading, range, live, marks } = props;
  const readings = useReadings(signal.name);
  const known = useLive((snapshot) => snapshot.plan !== undefined);
  const reading = worstReading(readings, signal.worse);
  const state = reading?.state ?? 'no data';
  const { tone, word } = figureTone(state);
  const judged = isJudged(state);
  return (
    <li className={classes.row} data-signal={signal.name} data-state={known ? state : undefined}>
      <div className={classes.name}>
        <Link
          to={paths.signal(plan, signal.name)}
          search={((before: object) => keepRange(before)) as never}
          className={`${classes.link} wb-alone`}
        >
          {signal.name}
        </Link>
        <code className={classes.definition} title={signal.text}>
          {signal.text}
        </code>
      </div>
      <div className={classes.course}>
        {stored === undefined && loading ? (
          <BlockSkeleton height={28} />
        ) : (
          <Course
            signal={signal}
            objective={objective}
            reading={reading}
            stored={stored?.get(trailKey(signal.name, reading?.group ?? []))}
            range={range}
            live={live}
            marks={marks}
          />
        )}
      </div>
      <div className={classes.value} data-live="">
        <Figure value={reading?.value} unit={signal.unit} tentative={!judged} />
        <span className={classes.quiet}>
          {reading === undefined || judged ? <SampleSize count={reading?.sampleSize ?? 0} /> : shortReason(reading)}
        </span>
      </div>
      <div className={classes.objective}>
        <span>{objectiveText(objective, signal.unit)}</span>
        <span className={classes.quiet}>
          {signal.by.length === 0
            ? ''
            : readings.length === 0
              ? `by ${signal.by.join(', ')}`
              : `${rankWord(readings, signal.worse)} of ${readings.length}: ${reading?.group.join(', ') ?? ''}`}
        </span>
      </div>
      <div className={classes.state}>
        {known ? (
          <ReasonPanel
            label={`${signal.name}: ${word}. Why?`}
            title={`Why is ${signal.name} ${word}?`}
            content={() => <FigureReasons plan={plan} signal={signal} objective={objective} />}
          >
            <StateMark tone={tone} word={word} />
          </ReasonPanel>
        ) : null}
      </div>
    </li>
  );
});

interface CourseProps {
  readonly signal: SignalAnswer;
  readonly objective: ObjectiveAnswer | undefined;
  readonly reading: LiveReading | undefined;
  readonly stored: Parameters<typeof joinTrail>[0] | undefined;
  readonly range: Stretch;
  readonly live: boolean;
  readonly marks: readonly number[];
}

function Course({ signal, objective, reading, stored, range, live, marks }: CourseProps) {
  const key = trailKey(signal.name, reading?.group ?? []);
  const seen = useLive((snapshot) => (live ? snapshot.trails.get(key) : undefined));
  const judged = reading?.state === 'too few' ? undefined : reading?.value;
  const points = useMemo(() => {
    const joined = joinTrail(stored ?? [], seen ?? []);
    // A live line ends with what is read now.
    return live && judged !== undefined ? [...joined, { at: range.to, value: judged }] : joined;
  }, [stored, seen, live, judged, range.to]);
  return (
    <LinkedSparkline
      points={points}
      range={range}
      target={targetEdge(objective?.bands)}
      unit={signal.unit}
      marks={marks}
      label={`${signal.name} over the chosen time`}
    />
  );
}

function objectiveText(objective: ObjectiveAnswer | undefined, unit: string): string {
  if (objective === undefined) return 'no objective';
  const { bands } = objective;
  if (bands === undefined) return 'asleep in this phase';
  const { target, warning, critical } = bands;
  if (target === 'unset') return 'target unset';
  if (target !== undefined) return `target ${bandText(target, unit)}`;
  if (critical !== undefined) return `critical ${bandText(critical, unit)}`;
  return warning === undefined ? 'no bands' : `warning ${bandText(warning, unit)}`;
}

/** The time range goes along to the signal's page; filters do not. */
function keepRange(search: object): object {
  const { range, from, to } = search as Record<string, unknown>;
  return { range, from, to };
}
