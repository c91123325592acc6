import { Link } from '@tanstack/react-router';
import { memo, useMemo } from 'react';
import type { LiveReading } from '#contract/live.ts';
import type { BandsAnswer } from '#contract/overview.ts';
import { useLive, useReadings } from '../../api/live.tsx';
import type { WatchedSignal } from '../../api/overview.ts';
import { joinTrail, TRAIL_MS, TRAIL_STEP_MS, type Trails, trailKey } from '../../api/trails.ts';
import { formatAge } from '../../format/times.ts';
import { bandText, targetEdge } from '../../kit/bands.ts';
import { Figure, SampleSize } from '../../kit/figure.tsx';
import { useNow } from '../../kit/now.ts';
import { ReasonPanel } from '../../kit/reason-panel.tsx';
import { Sparkline } from '../../kit/sparkline.tsx';
import { StateMark } from '../../kit/state-mark.tsx';
import { figureTone } from '../../kit/tone.ts';
import { hasPage } from '../../pages.tsx';
import { paths, patterns } from '../../paths.ts';
import { useFiguresAge } from '../../shell/live-mark.tsx';
import { shortReason } from './figure-reason.ts';
import { FigureReasons } from './figure-reasons.tsx';
import classes from './signal-tile.module.css';
import { worstReading } from './worst-reading.ts';

interface SignalTileProps extends WatchedSignal {
  readonly plan: string;
  readonly stored: Trails;
  /** Set once the stream has told everything: from then on a signal without a reading has none. */
  readonly known: boolean;
}

const missing = (signal: string): LiveReading => ({ signal, group: [], state: 'no data', sampleSize: 0, since: '' });

/** One signal: value, course, target, sample size, age and state. Of a grouped one the group that stands worst. */
export const SignalTile = memo(function SignalTile({ plan, signal, objective, stored, known }: SignalTileProps) {
  const readings = useReadings(signal.name);
  const reading = worstReading(readings) ?? missing(signal.name);
  const { tone, word } = figureTone(reading.state);
  const bands = objective?.bands;
  const judged = reading.state !== 'no data' && reading.state !== 'too few' && reading.state !== 'not evaluated';
  return (
    <article
      className={classes.tile}
      data-signal={signal.name}
      data-state={reading.state}
      data-tone={tone}
      data-live=""
    >
      <header className={classes.head}>
        <h3 className={classes.name} title={signal.name}>
          {hasPage(patterns.signal) ? <Link to={paths.signal(plan, signal.name)}>{signal.name}</Link> : signal.name}
        </h3>
        {known ? (
          <ReasonPanel
            label={`${signal.name}: ${word}. Why?`}
            title={`Why is ${signal.name} ${word}?`}
            content={() => <FigureReasons plan={plan} signal={signal} objective={objective} />}
          >
            <StateMark tone={tone} word={word} />
          </ReasonPanel>
        ) : null}
      </header>
      <div className={classes.value}>
        <Figure value={reading.value} unit={signal.unit} size="large" tentative={!judged} />
        {reading.group.length > 0 ? (
          <span className={classes.group} title={`The worst of ${readings.length}: ${reading.group.join(', ')}`}>
            {reading.group.join(', ')}
          </span>
        ) : null}
      </div>
      <Course signal={signal.name} group={reading.group} bands={bands} stored={stored} />
      <footer className={classes.foot}>
        <Target text={targetText(bands, signal.unit)} />
        {judged || !known ? <SampleSize count={reading.sampleSize} /> : <span>{shortReason(reading)}</span>}
        <Age />
      </footer>
    </article>
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

function Target({ text }: { readonly text: string }) {
  if (text === '') return null;
  return (
    <span className={classes.target} title={text}>
      {text}
    </span>
  );
}

/** Draws itself again every few seconds, not with every reading. */
const Course = memo(function Course(props: {
  readonly signal: string;
  readonly group: readonly string[];
  readonly bands: BandsAnswer | undefined;
  readonly stored: Trails;
}) {
  const { signal, group, bands, stored } = props;
  const key = trailKey(signal, group);
  const seen = useLive((snapshot) => snapshot.trails.get(key));
  const past = stored.get(key);
  const points = useMemo(() => joinTrail(past ?? [], seen ?? []), [past, seen]);
  const now = useNow(TRAIL_STEP_MS);
  return (
    <Sparkline
      points={points}
      from={now - TRAIL_MS}
      to={now}
      target={targetEdge(bands)}
      label={`${signal} over the last hour`}
    />
  );
});

function Age() {
  const age = useFiguresAge();
  return <span className={classes.age}>{age === undefined ? '' : formatAge(age)}</span>;
}
