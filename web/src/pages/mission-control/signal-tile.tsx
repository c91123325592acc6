import { Link } from '@tanstack/react-router';
import { memo, useMemo, useRef } from 'react';
import type { FigureStateAnswer, LiveReading } from '#contract/live.ts';
import type { BandsAnswer } from '#contract/overview.ts';
import { useLive } from '../../api/live.tsx';
import type { WatchedSignal } from '../../api/overview.ts';
import { joinTrail, TRAIL_STEP_MS, type Trails, trailKey, trailStart } from '../../api/trails.ts';
import { useRecentDeployments } from '../../charts/use-deployments.ts';
import { plural } from '../../format/numbers.ts';
import { formatAge, formatSpan } from '../../format/times.ts';
import { bandText, targetEdge } from '../../kit/bands.ts';
import { Figure, SampleSize } from '../../kit/figure.tsx';
import { useNow } from '../../kit/now.ts';
import { ReasonPanel } from '../../kit/reason-panel.tsx';
import { Sparkline } from '../../kit/sparkline.tsx';
import { StateMark } from '../../kit/state-mark.tsx';
import { figureTone, isJudged } from '../../kit/tone.ts';
import { paths } from '../../paths.ts';
import { useFiguresAge } from '../../shell/live-mark.tsx';
import { shortReason } from './figure-reason.ts';
import { FigureReasons } from './figure-reasons.tsx';
import { useReadingsInSight } from './readings-in-sight.ts';
import classes from './signal-tile.module.css';
import { rankWord, worstReading } from './worst-reading.ts';

interface SignalTileProps extends WatchedSignal {
  readonly plan: string;
  /** Columns of the grid that it takes. */
  readonly span: number;
  readonly stored: Trails;
  /** Set once the stream has told everything: from then on a signal without a reading has none. */
  readonly known: boolean;
}

const missing = (signal: string): LiveReading => ({ signal, group: [], state: 'no data', sampleSize: 0, since: '' });

/** One signal: value, course, target, sample size, age and state. Of a grouped one the group that stands worst. */
export const SignalTile = memo(function SignalTile({ plan, signal, objective, span, stored, known }: SignalTileProps) {
  const place = useRef<HTMLElement>(null);
  const readings = useReadingsInSight(signal.name, place);
  const reading = worstReading(readings, signal.worse) ?? missing(signal.name);
  const { state, value, sampleSize } = reading;
  const bands = objective?.bands;
  const judged = isJudged(state);
  const group = reading.group.join(', ');
  return (
    <article
      ref={place}
      className={classes.tile}
      style={span === 1 ? undefined : { gridColumn: `span ${span}` }}
      data-signal={signal.name}
      data-state={state}
      data-tone={figureTone(state).tone}
      data-live=""
    >
      <Head plan={plan} signal={signal} objective={objective} state={known ? state : undefined} />
      <div className={classes.value}>
        <Figure value={value} unit={signal.unit} size="large" tentative={!judged} />
        {group === '' ? null : (
          <span
            className={classes.group}
            title={`The ${rankWord(readings, signal.worse)} of ${readings.length}: ${group}`}
          >
            {group}
          </span>
        )}
      </div>
      <Course
        plan={plan}
        signal={signal.name}
        trail={trailKey(signal.name, reading.group)}
        bands={bands}
        stored={stored}
      />
      <footer className={classes.foot}>
        <Target bands={bands} unit={signal.unit} />
        {judged || !known ? <SampleSize count={sampleSize} /> : <span>{shortReason(reading)}</span>}
        <Age />
      </footer>
    </article>
  );
});

interface HeadProps {
  readonly plan: string;
  readonly signal: WatchedSignal['signal'];
  readonly objective: WatchedSignal['objective'];
  /** Undefined while it is not known. */
  readonly state: FigureStateAnswer | undefined;
}

/** Changes with the state, not with every value. */
const Head = memo(function Head({ plan, signal, objective, state }: HeadProps) {
  const { tone, word } = figureTone(state ?? 'not evaluated');
  return (
    <header className={classes.head}>
      <h3 className={classes.name} title={signal.name}>
        <Link to={paths.signal(plan, signal.name)}>{signal.name}</Link>
      </h3>
      {state === undefined ? null : (
        <ReasonPanel
          label={`${signal.name}: ${word}. Why?`}
          title={`Why is ${signal.name} ${word}?`}
          content={() => <FigureReasons plan={plan} signal={signal} objective={objective} />}
        >
          <StateMark tone={tone} word={word} />
        </ReasonPanel>
      )}
    </header>
  );
});

function targetText(bands: BandsAnswer | undefined, unit: string): string {
  if (bands === undefined) return '';
  const { target, warning, critical } = bands;
  if (target === 'unset') return 'target unset';
  if (target !== undefined) return `target ${bandText(target, unit)}`;
  if (critical !== undefined) return `critical ${bandText(critical, unit)}`;
  return warning === undefined ? '' : `warning ${bandText(warning, unit)}`;
}

const Target = memo(function Target(props: { readonly bands: BandsAnswer | undefined; readonly unit: string }) {
  const text = targetText(props.bands, props.unit);
  if (text === '') return null;
  return (
    <span className={classes.target} title={text}>
      {text}
    </span>
  );
});

/** Draws itself again every few seconds, not with every reading. */
const Course = memo(function Course(props: {
  readonly plan: string;
  readonly signal: string;
  readonly trail: string;
  readonly bands: BandsAnswer | undefined;
  readonly stored: Trails;
}) {
  const { plan, signal, trail, bands, stored } = props;
  const deployments = useRecentDeployments(plan);
  const marks = useMemo(() => deployments.map(({ at }) => at), [deployments]);
  const seen = useLive((snapshot) => snapshot.trails.get(trail));
  const past = stored.get(trail);
  const points = useMemo(() => joinTrail(past ?? [], seen ?? []), [past, seen]);
  const now = useNow(TRAIL_STEP_MS);
  const from = trailStart(points, now);
  const count = marks.filter((at) => at >= from && at <= now).length;
  return (
    <Sparkline
      points={points}
      from={from}
      to={now}
      target={targetEdge(bands)}
      marks={marks}
      label={`${signal} over the last ${formatSpan(now - from)}${count === 0 ? '' : `, ${plural(count, 'deployment')}`}`}
    />
  );
});

const Age = memo(function Age() {
  const age = useFiguresAge();
  return <span className={classes.age}>{age === undefined ? '' : formatAge(age)}</span>;
});
