import type { ReactNode } from 'react';
import classes from './state-mark.module.css';
import { type Tone, toneColor } from './tone.ts';

/** One shape for each tone, drawn in a box of 12. */
const shapes: Readonly<Record<Tone, ReactNode>> = {
  good: <circle cx="6" cy="6" r="4.5" fill="currentColor" />,
  off: <path d="M6 1.5a4.5 4.5 0 0 1 0 9z" fill="currentColor" stroke="none" />,
  warning: <path d="M6 1.2 11.2 10.6H.8z" fill="currentColor" />,
  critical: <path d="M6 .4 11.6 6 6 11.6.4 6z" fill="currentColor" />,
  none: <circle cx="6" cy="6" r="4.4" fill="none" stroke="currentColor" strokeWidth="1.6" strokeDasharray="2.2 2.4" />,
  neutral: <circle cx="6" cy="6" r="4.2" fill="none" stroke="currentColor" strokeWidth="1.5" />,
  time: (
    <path
      d="M6 1.6a4.4 4.4 0 1 1 0 8.8a4.4 4.4 0 0 1 0-8.8M6 3.6V6l1.8 1.2"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.4"
    />
  ),
};

interface StateMarkProps {
  readonly tone: Tone;
  /** Shown beside the shape; with `quiet` it is only spoken. */
  readonly word: string;
  readonly quiet?: boolean;
}

/** A state: shape, word and colour, so that none of the three is needed to read it. */
export function StateMark({ tone, word, quiet = false }: StateMarkProps) {
  return (
    <span className={classes.mark} style={{ color: toneColor(tone) }} data-tone={tone}>
      <svg viewBox="0 0 12 12" width="12" height="12" aria-hidden="true">
        {tone === 'off' ? <circle cx="6" cy="6" r="4.4" fill="none" stroke="currentColor" strokeWidth="1.4" /> : null}
        {shapes[tone]}
      </svg>
      <span className={quiet ? 'wb-spoken' : undefined}>{word}</span>
    </span>
  );
}
