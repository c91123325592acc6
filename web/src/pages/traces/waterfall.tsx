import { type KeyboardEvent, useMemo, useRef, useState } from 'react';
import { formatFigureText, plural } from '../../format/numbers.ts';
import { useGo } from '../../kit/go.tsx';
import { StateMark } from '../../kit/state-mark.tsx';
import { toneColor } from '../../kit/tone.ts';
import { paths } from '../../paths.ts';
import { lineFields, lineHead } from '../logs/log-line.ts';
import { MarkList } from './mark-list.tsx';
import { isBad, openRows, type SpanRow, type TraceView } from './spans.ts';
import classes from './traces.module.css';

const TICKS = 4;

interface WaterfallProps {
  readonly plan: string;
  readonly view: TraceView;
}

/** The spans as bars over time. The arrow keys go from one to the next and open or close what is below; Enter shows everything of a span. */
export function Waterfall({ plan, view }: WaterfallProps) {
  const [closed, setClosed] = useState<ReadonlySet<string>>(new Set());
  const [opened, setOpened] = useState<string>();
  const list = useRef<HTMLOListElement>(null);
  const rows = useMemo(() => openRows(view.spans, closed), [view, closed]);
  const wholeMs = Math.max(1, view.endMs - view.startMs);
  const close = (row: SpanRow, isClosed: boolean): void => {
    if (row.below === 0) return;
    setClosed((before) => {
      const next = new Set(before);
      if (isClosed) next.add(row.id);
      else next.delete(row.id);
      return next;
    });
  };
  const pressed = (event: KeyboardEvent, row: SpanRow): void => {
    if (event.key === 'ArrowLeft') close(row, true);
    else if (event.key === 'ArrowRight') close(row, false);
    else if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      const heads = [...(list.current?.querySelectorAll<HTMLElement>('[data-span-head]') ?? [])];
      heads[heads.indexOf(event.currentTarget as HTMLElement) + (event.key === 'ArrowDown' ? 1 : -1)]?.focus();
    } else return;
    event.preventDefault();
  };
  return (
    <>
      <div className={classes.scale} aria-hidden="true">
        <span />
        <div className={classes.ticks}>
          {Array.from({ length: TICKS + 1 }, (_, tick) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: a tick is its place
            <span key={tick} style={{ insetInlineStart: `${(tick / TICKS) * 100}%` }}>
              {formatFigureText(Math.round((wholeMs * tick) / TICKS), 'ms')}
            </span>
          ))}
        </div>
      </div>
      <ol ref={list} className={classes.spans}>
        {rows.map((row) => (
          <li key={row.id} className={classes.span} data-span={row.id} data-failed={row.failed ? '' : undefined}>
            <button
              type="button"
              className={classes.head}
              aria-expanded={opened === row.id}
              data-span-head=""
              onClick={() => setOpened((before) => (before === row.id ? undefined : row.id))}
              onKeyDown={(event) => pressed(event, row)}
            >
              <span className={classes.name} style={{ paddingInlineStart: Math.min(row.depth, 12) * 14 }}>
                {row.failed ? <StateMark tone="critical" word="failed" quiet /> : null}
                <span className={classes.words}>
                  <span className={classes.title}>{row.name}</span>{' '}
                  <span className={classes.quiet}>
                    {row.service}
                    {closed.has(row.id) ? ` · ${row.below} hidden` : ''}
                    {row.orphan ? ' · its caller was not sent' : ''}
                  </span>
                </span>
              </span>
              <span className={classes.track}>
                <span
                  className={classes.bar}
                  style={{
                    insetInlineStart: `${((row.startMs - view.startMs) / wholeMs) * 100}%`,
                    width: `${(row.durationMs / wholeMs) * 100}%`,
                    ...(row.failed ? { background: toneColor('critical') } : {}),
                  }}
                />
                {row.marks.map((mark) => (
                  <span
                    key={mark.id}
                    className={classes.tick}
                    title={lineHead(mark).message}
                    style={{
                      insetInlineStart: `${((Date.parse(mark.time) - view.startMs) / wholeMs) * 100}%`,
                      ...(isBad(mark) ? { background: toneColor('critical') } : {}),
                    }}
                  />
                ))}
                <span className={classes.duration}>{formatFigureText(row.durationMs, 'ms')}</span>
              </span>
            </button>
            {opened === row.id ? (
              <Detail plan={plan} row={row} view={view} onClose={close} isClosed={closed.has(row.id)} />
            ) : null}
          </li>
        ))}
      </ol>
    </>
  );
}

interface DetailProps {
  readonly plan: string;
  readonly row: SpanRow;
  readonly view: TraceView;
  readonly isClosed: boolean;
  readonly onClose: (row: SpanRow, isClosed: boolean) => void;
}

function Detail({ plan, row, view, isClosed, onClose }: DetailProps) {
  const go = useGo();
  const trace = row.event.attributes['trace_id'];
  return (
    <div className={classes.detail}>
      <div className={classes.actions}>
        {row.below === 0 ? null : (
          <button type="button" className={classes.action} onClick={() => onClose(row, !isClosed)}>
            {isClosed ? `Show ${plural(row.below, 'span')} below` : `Hide ${plural(row.below, 'span')} below`}
          </button>
        )}
        <button
          type="button"
          className={classes.action}
          onClick={() =>
            go(
              paths.logs(plan, {
                q: `trace_id:"${String(trace)}"`,
                from: around(view.startMs, -1),
                to: around(view.endMs, 1),
              }),
            )
          }
        >
          Its lines in the search
        </button>
      </div>
      {row.marks.length === 0 ? null : <MarkList marks={row.marks} startMs={view.startMs} />}
      <dl className={classes.fields}>
        {lineFields(row.event).map(({ name, value }) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{name === 'duration' && typeof value === 'number' ? formatFigureText(value, 'ms') : String(value)}</dd>
          </div>
        ))}
      </dl>
    </div>
  );
}

/** A minute before or after, for lines whose clocks differ. */
function around(at: number, minutes: number): string {
  return new Date(at + minutes * 60_000).toISOString();
}
