import type { BandsAnswer, ObjectiveAnswer, OverviewAnswer, SignalAnswer } from '#contract/overview.ts';
import type { ChartSeries } from '../../charts/chart-lines.ts';
import { formatCount } from '../../format/numbers.ts';
import { bandText } from '../../kit/bands.ts';
import { Section } from '../../kit/page.tsx';
import { StateMark } from '../../kit/state-mark.tsx';
import classes from './signal.module.css';

interface MeaningProps {
  readonly signal: SignalAnswer;
  readonly objective: ObjectiveAnswer | undefined;
  readonly overview: OverviewAnswer;
  /** Knows the thresholds of other phases in the range. */
  readonly series: ChartSeries | undefined;
}

const directions = {
  lower: 'Lower is better.',
  higher: 'Higher is better.',
  within: 'It should stay within its target.',
} as const;

/** What the plan says of a signal: its definition, its thresholds, who answers for it and what to do. */
export function Meaning({ signal, objective, overview, series }: MeaningProps) {
  const inForce = JSON.stringify(objective?.bands);
  const others = (series?.bands ?? []).filter(
    ({ phase, bands }, index, all) =>
      bands !== undefined &&
      phase !== overview.phase &&
      JSON.stringify(bands) !== inForce &&
      all.findIndex((one) => one.phase === phase) === index,
  );
  return (
    <Section title="What it means">
      <code className={classes.code}>{signal.text}</code>
      <p className={classes.quiet}>
        {signal.by.length === 0 ? 'One figure for the whole plan.' : `One figure for each ${signal.by.join(' and ')}.`}{' '}
        {signal.atLeast > 0 ? `Judged from ${formatCount(signal.atLeast)} samples on.` : 'Judged at any sample size.'}{' '}
        {objective?.direction === undefined ? '' : directions[objective.direction]}
      </p>
      {objective === undefined ? (
        <p className={classes.quiet}>
          The plan sets no objective for it: it is shown and rules may read it, but it is neither good nor bad.
        </p>
      ) : objective.bands === undefined ? (
        <p>Its objective sleeps in this phase.</p>
      ) : (
        <Bands bands={objective.bands} unit={signal.unit} />
      )}
      {objective?.advice === undefined ? null : (
        <p className={classes.advice}>
          <span className={classes.label}>What to do</span>
          {objective.advice}
        </p>
      )}
      {objective?.owner === undefined ? null : (
        <p>
          <span className={classes.label}>Owner</span> {objective.owner}
        </p>
      )}
      {others.map(({ phase, bands }) =>
        bands === undefined ? null : (
          <div key={phase ?? ''}>
            <span className={classes.label}>{phase === undefined ? 'Outside the phases' : `In ${phase}`}</span>
            <Bands bands={bands} unit={signal.unit} />
          </div>
        ),
      )}
    </Section>
  );
}

function Bands({ bands, unit }: { readonly bands: BandsAnswer; readonly unit: string }) {
  return (
    <ul className={classes.bands}>
      {bands.target === undefined ? null : (
        <li>
          <StateMark tone="good" word="target" />{' '}
          {bands.target === 'unset' ? 'not set yet: the author knows' : bandText(bands.target, unit)}
        </li>
      )}
      {bands.warning === undefined ? null : (
        <li>
          <StateMark tone="warning" word="warning" /> {bandText(bands.warning, unit)}
        </li>
      )}
      {bands.critical === undefined ? null : (
        <li>
          <StateMark tone="critical" word="critical" /> {bandText(bands.critical, unit)}
        </li>
      )}
    </ul>
  );
}
