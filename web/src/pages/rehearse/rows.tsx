import { memo } from 'react';
import type { RecordingAnswer } from '#contract/rehearsals.ts';
import { formatFigureText, plural } from '../../format/numbers.ts';
import { formatSpan } from '../../format/times.ts';
import { Sparkline } from '../../kit/sparkline.tsx';
import { StateMark } from '../../kit/state-mark.tsx';
import type { Tone } from '../../kit/tone.ts';
import classes from './scrubber.module.css';
import { type alertRows, offsetWords, type Point, percentOf, pointAt } from './timeline.ts';

interface RowProps {
  readonly recording: RecordingAnswer;
}

function bar(from: number, until: number, recording: RecordingAnswer): { left: string; width: string } {
  const left = percentOf(from, recording);
  return { left: `${left}%`, width: `max(2px, ${percentOf(until, recording) - left}%)` };
}

/** The phases that it goes through. */
export function PhaseRow({ recording }: RowProps) {
  return (
    <div className={classes.row}>
      <div className={classes.label}>phases</div>
      <div className={classes.plot}>
        {recording.phases.map(({ name, fromMs, untilMs }) => (
          <span
            key={`${name} ${fromMs}`}
            className={classes.phase}
            style={bar(fromMs, untilMs, recording)}
            title={`${name}: ${offsetWords(fromMs)} to ${offsetWords(untilMs)}`}
          >
            {name}
          </span>
        ))}
      </div>
    </div>
  );
}

/** What was sent, and when intake was away. */
export function LoadRow({ recording }: RowProps) {
  const names = [...new Set(recording.loads.map(({ name }) => name))];
  return names.map((name) => (
    <div className={classes.row} key={name}>
      <div className={classes.label}>
        <span className={classes.quiet}>load</span> {name}
      </div>
      <div className={classes.plot}>
        {recording.loads
          .filter((load) => load.name === name)
          .map(({ kind, text, fromMs, untilMs }) => (
            <span
              key={`${fromMs} ${text}`}
              className={kind === 'load' ? classes.load : classes.away}
              style={bar(fromMs, untilMs, recording)}
              title={`${text}: ${offsetWords(fromMs)} to ${offsetWords(untilMs)}`}
            />
          ))}
      </div>
    </div>
  ));
}

const TONES: Readonly<Record<'pending' | 'firing' | 'resolving', Tone>> = {
  pending: 'warning',
  firing: 'critical',
  resolving: 'warning',
};

interface AlertRowProps extends RowProps {
  readonly row: ReturnType<typeof alertRows>[number];
  readonly atMs: number;
}

/** A rule in one group: when it waited, fired and was on its way out. */
export function AlertRow({ row, recording, atMs }: AlertRowProps) {
  // What still stands at the end stands there too.
  const now = row.states.find(
    ({ fromMs, untilMs }) => fromMs <= atMs && (atMs < untilMs || untilMs === recording.untilMs),
  );
  return (
    <div className={classes.row}>
      <div className={classes.label}>
        {row.rule}
        {row.group.length === 0 ? null : <span className={classes.quiet}> {row.group.join(', ')}</span>}
        <div className={classes.value}>
          {now === undefined ? (
            <StateMark tone="good" word="calm" />
          ) : (
            <StateMark
              tone={TONES[now.state]}
              word={now.severity === undefined ? now.state : `${now.state}, ${now.severity}`}
            />
          )}
        </div>
      </div>
      <div className={classes.plot}>
        {row.states.map(({ state, alert, fromMs, untilMs }) => (
          <span
            key={`${state} ${fromMs}`}
            className={classes[state]}
            style={bar(fromMs, untilMs, recording)}
            title={`${alert === undefined ? '' : `${alert} `}${state} for ${formatSpan(untilMs - fromMs)}, from ${offsetWords(fromMs)} to ${offsetWords(untilMs)}`}
          />
        ))}
      </div>
    </div>
  );
}

interface MessageRowProps extends RowProps {
  readonly onMove: (atMs: number) => void;
}

/** Who was told by what, at which instant. */
export function MessageRow({ recording, onMove }: MessageRowProps) {
  const { messages } = recording;
  const recipients = [...new Set(messages.map(({ recipient, channel }) => recipientWords(recipient, channel)))];
  if (recipients.length === 0) {
    return (
      <div className={classes.row}>
        <div className={classes.label}>told</div>
        <div className={classes.plot}>
          <span className={classes.nobody}>nobody was told anything</span>
        </div>
      </div>
    );
  }
  return recipients.map((words) => {
    const own = messages.filter(({ recipient, channel }) => recipientWords(recipient, channel) === words);
    return (
      <div className={classes.row} key={words}>
        <div className={classes.label}>
          <span className={classes.quiet}>told</span> {words}
          <div className={classes.value}>{plural(own.length, 'message')}</div>
        </div>
        <div className={classes.plot}>
          {own.map(({ atMs, step, rule, alert }, index) => (
            <button
              // biome-ignore lint/suspicious/noArrayIndexKey: messages of one instant may be alike, and none moves
              key={index}
              type="button"
              tabIndex={-1}
              className={step === 'resolved' ? classes.resolved : classes.told}
              style={{ left: `${percentOf(atMs, recording)}%` }}
              title={`${offsetWords(atMs)} ${words}: ${alert} ${rule}, ${step}`}
              aria-label={`${words} was told of ${rule}, ${step}, at ${offsetWords(atMs)}`}
              onClick={() => onMove(atMs)}
            />
          ))}
        </div>
      </div>
    );
  });
}

/** An address says its channel itself. */
export function recipientWords(recipient: string, channel: string): string {
  return recipient.includes(':') ? recipient : `${recipient} by ${channel}`;
}

interface SeriesRowProps extends RowProps {
  readonly series: RecordingAnswer['series'][number];
  readonly atMs: number;
}

/** A figure over the time, with its value at the cursor. */
export function SeriesRow({ series, recording, atMs }: SeriesRowProps) {
  const { signal, group, unit, points } = series;
  return (
    <div className={classes.row}>
      <div className={classes.label}>
        {signal}
        {group.length === 0 ? null : <span className={classes.quiet}> {group.join(', ')}</span>}
        <div className={classes.value}>{valueWords(pointAt(points, atMs), unit)}</div>
      </div>
      <div className={classes.plot}>
        <Course points={points} signal={signal} fromMs={recording.fromMs} untilMs={recording.untilMs} />
      </div>
    </div>
  );
}

interface CourseProps {
  readonly points: readonly Point[];
  readonly signal: string;
  readonly fromMs: number;
  readonly untilMs: number;
}

const Course = memo(function Course({ points, signal, fromMs, untilMs }: CourseProps) {
  const drawn = points.map(([at, value, state]) => ({
    at,
    value: state === 'value' && value !== null ? value : undefined,
  }));
  return (
    <Sparkline
      points={drawn}
      from={fromMs}
      to={untilMs}
      label={`${signal} during the rehearsal`}
      width={1_000}
      height={34}
    />
  );
});

function valueWords(point: Point | undefined, unit: string): string {
  if (point === undefined) return '–';
  const [, value, state] = point;
  if (state === 'no data' || value === null) return 'no data';
  const shown = formatFigureText(value, unit);
  return state === 'too few' ? `too few (${shown})` : shown;
}
