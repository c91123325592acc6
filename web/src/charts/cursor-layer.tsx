import { type KeyboardEvent, type PointerEvent, useRef, useState } from 'react';
import { formatFigureText } from '../format/numbers.ts';
import { formatDayTime, formatTimeExact } from '../format/times.ts';
import { type ChartLine, type ChartSeries, gapAt, pointAt } from './chart-lines.ts';
import type { Drawing } from './chart-option.ts';
import { useCursor, useSetCursor } from './cursor.tsx';
import { instantAt, plotWidth, xOf } from './plot-box.ts';
import { Readout } from './readout.tsx';
import classes from './time-chart.module.css';
import { drawnStretch, SHORTEST_MS, type Stretch, zoomStretch } from './time-range.ts';

interface CursorLayerProps {
  readonly series: ChartSeries;
  readonly drawing: Drawing;
  readonly onZoom: (range: Stretch) => void;
}

/** What answers to the pointer and the keys: the cursor that all charts share, its readout, and drawing a stretch to zoom into. */
export function CursorLayer({ series, drawing, onZoom }: CursorLayerProps) {
  const cursor = useCursor();
  const setCursor = useSetCursor();
  const layer = useRef<HTMLDivElement>(null);
  const [here, setHere] = useState(false);
  const [drawnFrom, setDrawnFrom] = useState<number>();
  const { range, box, now } = drawing;
  const inside = cursor !== undefined && cursor >= range.from && cursor <= range.to ? cursor : undefined;

  function pointedAt(event: PointerEvent): number {
    const left = layer.current?.getBoundingClientRect().left ?? 0;
    return Math.min(instantAt(event.clientX - left, range, box), Math.max(now, range.from));
  }

  function endDrawing(event: PointerEvent): void {
    if (drawnFrom === undefined) return;
    setDrawnFrom(undefined);
    const stretch = drawnStretch(drawnFrom, pointedAt(event));
    const wide = Math.abs(xOf(drawnFrom, range, box) - xOf(pointedAt(event), range, box)) > 6;
    if (stretch !== undefined && wide) onZoom(stretch);
  }

  function pressed(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const at = inside ?? Math.min(range.to, now);
    const step = Math.max(series.stepMs, (range.to - range.from) / 200) * (event.shiftKey ? 10 : 1);
    const limit = (to: number): number => Math.min(Math.min(range.to, now), Math.max(range.from, to));
    switch (event.key) {
      case 'ArrowLeft':
        setCursor(limit(at - step));
        break;
      case 'ArrowRight':
        setCursor(limit(at + step));
        break;
      case 'Home':
        setCursor(range.from);
        break;
      case 'End':
        setCursor(limit(range.to));
        break;
      case 'Escape':
        setCursor(undefined);
        break;
      case '+':
        onZoom(zoomStretch(range, at, 0.5, now));
        break;
      case '-':
        onZoom(zoomStretch(range, at, 2, now));
        break;
      default:
        return;
    }
    event.preventDefault();
  }

  return (
    <div
      ref={layer}
      className={classes.cursorLayer}
      role="slider"
      tabIndex={0}
      aria-label={`Time in the chart of ${series.signal}; plus and minus zoom`}
      aria-valuemin={Math.round(range.from)}
      aria-valuemax={Math.round(range.to)}
      aria-valuenow={Math.round(inside ?? Math.min(range.to, now))}
      aria-valuetext={spoken(series, drawing, inside ?? Math.min(range.to, now))}
      onKeyDown={pressed}
      onFocus={() => setHere(true)}
      onBlur={() => {
        setHere(false);
        setCursor(undefined);
      }}
      onPointerDown={(event) => {
        setHere(true);
        setCursor(pointedAt(event));
        if (event.pointerType === 'touch' || event.button !== 0) return;
        layer.current?.setPointerCapture(event.pointerId);
        setDrawnFrom(pointedAt(event));
      }}
      onPointerMove={(event) => {
        setHere(true);
        setCursor(pointedAt(event));
      }}
      onPointerUp={endDrawing}
      onPointerCancel={() => setDrawnFrom(undefined)}
      onPointerLeave={(event) => {
        // A finger that was lifted leaves what it pointed at, so that it can be read.
        if (event.pointerType === 'touch') return;
        setHere(false);
        setCursor(undefined);
      }}
      onDoubleClick={() => onZoom(zoomStretch(range, inside ?? range.to, 2, now))}
    >
      {inside === undefined ? null : (
        <span className={classes.cursor} style={{ left: xOf(inside, range, box), top: box.top, bottom: box.bottom }} />
      )}
      {drawnFrom === undefined || inside === undefined ? null : (
        <DrawnStretch from={drawnFrom} to={inside} drawing={drawing} />
      )}
      {inside === undefined ? null : <Readout series={series} drawing={drawing} at={inside} whole={here} />}
    </div>
  );
}

function DrawnStretch(props: { readonly from: number; readonly to: number; readonly drawing: Drawing }) {
  const { range, box } = props.drawing;
  const from = xOf(Math.min(props.from, props.to), range, box);
  const to = xOf(Math.max(props.from, props.to), range, box);
  const enough = Math.abs(props.to - props.from) >= SHORTEST_MS;
  return (
    <span
      className={classes.drawn}
      data-enough={enough ? '' : undefined}
      style={{ left: from, width: Math.min(to - from, plotWidth(box)), top: box.top, bottom: box.bottom }}
    />
  );
}

/** What a screen reader says of an instant. */
function spoken(series: ChartSeries, { lines, range }: Drawing, at: number): string {
  const time = range.to - range.from > 86_400_000 ? formatDayTime(at) : formatTimeExact(at);
  const value = (line: ChartLine): string => {
    const point = pointAt(line, at, series.stepMs);
    const text =
      point?.value === undefined ? (gapAt(line, at)?.state ?? 'no value') : formatFigureText(point.value, series.unit);
    return lines.length === 1 ? text : `${line.name} ${text}`;
  };
  return `${time}: ${lines.map(value).join(', ')}`;
}
