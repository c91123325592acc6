import { useState } from 'react';
import type { LiveReading } from '#contract/live.ts';
import type { BandsAnswer, ObjectiveAnswer, SignalAnswer } from '#contract/overview.ts';
import { useReadings } from '../../api/live.tsx';
import { BandBar } from '../../kit/band-bar.tsx';
import { bandEdges, bandText } from '../../kit/bands.ts';
import { Figure, SampleSize } from '../../kit/figure.tsx';
import { Explanation } from '../../kit/reason-panel.tsx';
import { StateMark } from '../../kit/state-mark.tsx';
import { TimeText } from '../../kit/time-text.tsx';
import { figureTone } from '../../kit/tone.ts';
import { figureReason } from './figure-reason.ts';
import classes from './figure-reasons.module.css';
import { rankWord, worstFirst } from './worst-reading.ts';

const GROUPS_SHOWN = 20;

interface FigureReasonsProps {
  readonly plan: string;
  readonly signal: SignalAnswer;
  readonly objective: ObjectiveAnswer | undefined;
}

/** Why a figure stands as it does: the reason in a sentence, its bands, every group, and the rules that read it. */
export function FigureReasons({ plan, signal, objective }: FigureReasonsProps) {
  const readings = worstFirst(useReadings(signal.name), signal.worse);
  const worst = readings[0];
  const bands = objective?.bands;
  return (
    <div className={classes.reasons}>
      {worst === undefined ? (
        <p className={classes.sentence}>Nobody has read it yet.</p>
      ) : (
        <>
          <p className={classes.sentence}>{figureReason(worst, signal, bands)}</p>
          {worst.since === '' ? null : (
            <p className={classes.quiet}>
              So since <TimeText at={worst.since} />
              {worst.group.length === 0 ? null : `, for ${worst.group.join(', ')}`}.
            </p>
          )}
          {bands === undefined ? null : <Scale bands={bands} reading={worst} signal={signal} />}
        </>
      )}
      <h3 className={classes.title}>What it measures</h3>
      <code className={classes.code}>{signal.text}</code>
      {objective?.owner === undefined ? null : <p className={classes.quiet}>Owner: {objective.owner}</p>}
      {objective?.advice === undefined ? null : <p>{objective.advice}</p>}
      {readings.length > 1 ? (
        <>
          <h3 className={classes.title}>
            By {signal.by.join(', ')} ({readings.length})
          </h3>
          <ul className={classes.groups}>
            {readings.slice(0, GROUPS_SHOWN).map((reading) => {
              const { tone, word } = figureTone(reading.state);
              return (
                <li key={reading.group.join(' ')} className={classes.group}>
                  <span className={classes.groupName}>{reading.group.join(', ')}</span>
                  <Figure value={reading.value} unit={signal.unit} />
                  <SampleSize count={reading.sampleSize} />
                  <StateMark tone={tone} word={word} />
                </li>
              );
            })}
          </ul>
          {readings.length > GROUPS_SHOWN ? (
            <p className={classes.quiet}>
              {readings.length - GROUPS_SHOWN} more{' '}
              {rankWord(readings, signal.worse) === 'worst' ? 'stand no worse' : 'rest on fewer samples'}.
            </p>
          ) : null}
        </>
      ) : null}
      <h3 className={classes.title}>Rules that read it</h3>
      {signal.rules.length === 0 ? <p className={classes.quiet}>None.</p> : null}
      {signal.rules.map((rule) => (
        <RuleReason key={rule} plan={plan} rule={rule} />
      ))}
    </div>
  );
}

function RuleReason({ plan, rule }: { readonly plan: string; readonly rule: string }) {
  const [opened, setOpened] = useState(false);
  return (
    <details className={classes.rule} onToggle={(event) => setOpened(event.currentTarget.open)}>
      <summary>{rule}</summary>
      {opened ? <Explanation plan={plan} subject={rule} /> : null}
    </details>
  );
}

interface ScaleProps {
  readonly bands: BandsAnswer;
  readonly reading: LiveReading;
  readonly signal: SignalAnswer;
}

function Scale({ bands, reading, signal }: ScaleProps) {
  const points = [...bandEdges(bands), ...(reading.value === undefined ? [] : [reading.value])];
  const low = Math.min(...points);
  const high = Math.max(...points);
  const around = (high - low) * 0.25 || Math.abs(high) * 0.25 || 1;
  const words = [
    bands.target === undefined || bands.target === 'unset'
      ? undefined
      : `target ${bandText(bands.target, signal.unit)}`,
    bands.warning === undefined ? undefined : `warning ${bandText(bands.warning, signal.unit)}`,
    bands.critical === undefined ? undefined : `critical ${bandText(bands.critical, signal.unit)}`,
  ].filter((word) => word !== undefined);
  return (
    <div>
      <BandBar
        bands={bands}
        value={reading.value}
        unit={signal.unit}
        // A scale of what is never below zero does not begin there.
        low={low >= 0 ? Math.max(0, low - around) : low - around}
        high={high + around}
      />
      <p className={classes.quiet}>{words.join(' · ')}</p>
    </div>
  );
}
