import { memo, useCallback } from 'react';
import type { StoredEventAnswer } from '#contract/data.ts';
import { formatTimeMs } from '../../format/times.ts';
import { StateMark } from '../../kit/state-mark.tsx';
import { LineDetail } from './line-detail.tsx';
import { lineHead } from './log-line.ts';
import classes from './logs.module.css';

type Value = string | number | boolean;

interface LogRowProps {
  readonly plan: string;
  readonly line: StoredEventAnswer;
  readonly place: number;
  readonly of: number;
  readonly height: number;
  readonly top: number;
  readonly opened: boolean;
  /** Tab comes to this row; the arrow keys go on from it. */
  readonly current: boolean;
  readonly onToggle: (id: string) => void;
  readonly onMeasured: (id: string, height: number) => void;
  readonly onFilter: (field: string, value: Value, against: boolean) => void;
}

/** One line; opened it shows everything that came in it. */
export const LogRow = memo(function LogRow(props: LogRowProps) {
  const { plan, line, place, of, height, top, opened, current, onToggle, onMeasured, onFilter } = props;
  const { at, level, tone, service, message } = lineHead(line);
  const measure = useCallback(
    (element: HTMLLIElement | null) => {
      if (element === null || !opened) return undefined;
      const observer = new ResizeObserver(() => onMeasured(line.id, element.offsetHeight));
      observer.observe(element);
      return () => observer.disconnect();
    },
    [opened, line.id, onMeasured],
  );
  return (
    <li
      ref={measure}
      className={classes.line}
      style={{ transform: `translateY(${top}px)` }}
      aria-posinset={place + 1}
      aria-setsize={of}
      data-line={line.id}
      data-level={level}
    >
      <button
        type="button"
        className={classes.lineHead}
        style={{ height }}
        aria-expanded={opened}
        data-line-head=""
        tabIndex={current ? 0 : -1}
        onClick={() => onToggle(line.id)}
      >
        <time className={classes.time} dateTime={line.time}>
          {formatTimeMs(at)}
        </time>
        <span className={classes.level}>{level === '' ? '' : <StateMark tone={tone} word={level} />}</span>
        <span className={classes.service}>{service}</span>
        <span className={classes.message}>{message}</span>
      </button>
      {opened ? <LineDetail plan={plan} line={line} onFilter={onFilter} /> : null}
    </li>
  );
});
