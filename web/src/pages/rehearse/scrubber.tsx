import { Button } from '@mantine/core';
import { type CSSProperties, type KeyboardEvent, type PointerEvent, useEffect, useMemo, useRef, useState } from 'react';
import type { RecordingAnswer } from '#contract/rehearsals.ts';
import { Icon } from '../../kit/icon.tsx';
import { AlertRow, LoadRow, MessageRow, PhaseRow, SeriesRow } from './rows.tsx';
import classes from './scrubber.module.css';
import { alertRows, nextStop, offsetWords, percentOf, stopsOf, ticksOf } from './timeline.ts';

interface ScrubberProps {
  readonly recording: RecordingAnswer;
  readonly atMs: number;
  readonly onMove: (atMs: number) => void;
}

/** A rehearsal plays back from begin to end in about so long. */
const PLAYBACK_MS = 20_000;
const TICKS = 6;
/** From here on, in percent, a tick has no room for its words behind it. */
const LAST_TICK = 90;
/** More figures are behind a button. */
const FIRST_SERIES = 8;

/** The whole rehearsal at a glance, with a cursor that goes to any instant of it. */
export function Scrubber({ recording, atMs, onMove }: ScrubberProps) {
  const stops = useMemo(() => stopsOf(recording), [recording]);
  const rows = useMemo(() => alertRows(recording), [recording]);
  const plot = useRef<HTMLDivElement>(null);
  const [all, setAll] = useState(false);
  const { playing, toggle, stop } = usePlayback(recording, atMs, onMove);
  const { fromMs, untilMs, series } = recording;
  const move = (to: number): void => {
    stop();
    onMove(Math.round(Math.min(untilMs, Math.max(fromMs, to))));
  };

  const point = (event: PointerEvent): void => {
    if (event.buttons === 0 || plot.current === null) return;
    const { left, width } = plot.current.getBoundingClientRect();
    move(fromMs + ((event.clientX - left) / width) * (untilMs - fromMs));
  };
  const press = (event: KeyboardEvent): void => {
    const step = (untilMs - fromMs) / 20;
    switch (event.key) {
      case 'ArrowRight':
        move(event.shiftKey ? atMs + 1_000 : nextStop(stops, atMs, 1));
        break;
      case 'ArrowLeft':
        move(event.shiftKey ? atMs - 1_000 : nextStop(stops, atMs, -1));
        break;
      case 'PageDown':
        move(atMs + step);
        break;
      case 'PageUp':
        move(atMs - step);
        break;
      case 'Home':
        move(fromMs);
        break;
      case 'End':
        move(untilMs);
        break;
      case ' ':
        toggle();
        break;
      default:
        return;
    }
    event.preventDefault();
  };

  return (
    <div className={classes.scrubber} style={{ '--at': `${percentOf(atMs, recording)}%` } as CSSProperties}>
      <div className={classes.controls}>
        <Button
          variant="default"
          size="sm"
          leftSection={playing ? undefined : <Icon name="play" size={14} />}
          onClick={toggle}
        >
          {playing ? 'Pause' : 'Play'}
        </Button>
        <Button variant="default" size="sm" onClick={() => move(nextStop(stops, atMs, -1))}>
          Back
        </Button>
        <Button variant="default" size="sm" onClick={() => move(nextStop(stops, atMs, 1))}>
          Next
        </Button>
        <output className={classes.at} data-at={atMs}>
          {offsetWords(atMs)}
        </output>
      </div>
      <div className={classes.rows} onPointerDown={point} onPointerMove={point}>
        <div className={classes.row}>
          <div className={classes.label}>time</div>
          <div
            ref={plot}
            className={classes.axis}
            role="slider"
            tabIndex={0}
            aria-label="Instant of the rehearsal. Arrow keys step to what happens next, space plays."
            aria-valuemin={fromMs}
            aria-valuemax={untilMs}
            aria-valuenow={atMs}
            aria-valuetext={offsetWords(atMs)}
            onKeyDown={press}
          >
            {ticksOf(recording, TICKS).map((tick) => (
              <span
                key={tick}
                className={
                  percentOf(tick, recording) > LAST_TICK ? `${classes.tick} ${classes.lastTick}` : classes.tick
                }
                style={{ left: `${percentOf(tick, recording)}%` }}
              >
                {offsetWords(tick)}
              </span>
            ))}
          </div>
        </div>
        {recording.phases.length === 0 ? null : <PhaseRow recording={recording} />}
        <LoadRow recording={recording} />
        {rows.map((row) => (
          <AlertRow key={row.key} row={row} recording={recording} atMs={atMs} />
        ))}
        <MessageRow recording={recording} onMove={move} />
        {(all ? series : series.slice(0, FIRST_SERIES)).map((one) => (
          <SeriesRow key={JSON.stringify([one.signal, ...one.group])} series={one} recording={recording} atMs={atMs} />
        ))}
      </div>
      {series.length > FIRST_SERIES && !all ? (
        <Button variant="subtle" size="sm" onClick={() => setAll(true)}>
          Show {series.length - FIRST_SERIES} more figures
        </Button>
      ) : null}
      {recording.leftOut.map((sentence) => (
        <p key={sentence} className={classes.note}>
          {sentence}
        </p>
      ))}
    </div>
  );
}

/** Moves the cursor with time until the end; a move by hand stops it. */
function usePlayback(recording: RecordingAnswer, atMs: number, onMove: (atMs: number) => void) {
  const [playing, setPlaying] = useState(false);
  const latest = useRef({ atMs, onMove });
  latest.current = { atMs, onMove };
  const { fromMs, untilMs } = recording;
  useEffect(() => {
    if (!playing) return;
    let frame = 0;
    let before: number | undefined;
    let exact = latest.current.atMs;
    const tick = (now: number): void => {
      exact += ((now - (before ?? now)) / PLAYBACK_MS) * (untilMs - fromMs);
      before = now;
      const next = Math.min(untilMs, exact);
      latest.current.onMove(Math.round(next));
      if (next >= untilMs) setPlaying(false);
      else frame = requestAnimationFrame(tick);
    };
    frame = requestAnimationFrame(tick);
    return () => cancelAnimationFrame(frame);
  }, [playing, fromMs, untilMs]);
  return {
    playing,
    stop: () => setPlaying(false),
    toggle: () => {
      if (!playing && atMs >= untilMs) onMove(fromMs);
      setPlaying(!playing);
    },
  };
}
