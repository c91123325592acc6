import type { StoredEventAnswer } from '#contract/data.ts';
import { formatFigureText } from '../../format/numbers.ts';
import { StateMark } from '../../kit/state-mark.tsx';
import { lineHead } from '../logs/log-line.ts';
import classes from './traces.module.css';

interface MarkListProps {
  readonly marks: readonly StoredEventAnswer[];
  /** When the trace began. */
  readonly startMs: number;
}

/** Log lines and errors of a trace, each with how long after its beginning it was. */
export function MarkList({ marks, startMs }: MarkListProps) {
  return (
    <ol className={classes.marks}>
      {marks.map((mark) => {
        const { at, level, tone, message } = lineHead(mark);
        return (
          <li key={mark.id} data-mark={mark.name}>
            <span className={classes.offset}>+{formatFigureText(Math.max(0, at - startMs), 'ms')}</span>
            <StateMark tone={tone} word={level === '' ? mark.name : level} />
            <span className={classes.message}>{message}</span>
          </li>
        );
      })}
    </ol>
  );
}
