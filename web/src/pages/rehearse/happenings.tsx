import { useEffect, useRef } from 'react';
import type { RecordingAnswer } from '#contract/rehearsals.ts';
import { StateMark } from '../../kit/state-mark.tsx';
import type { Tone } from '../../kit/tone.ts';
import classes from './rehearse.module.css';
import { offsetWords } from './timeline.ts';

interface HappeningsProps {
  readonly recording: RecordingAnswer;
  readonly atMs: number;
  readonly onMove: (atMs: number) => void;
}

const WORDS: Readonly<Record<string, readonly [tone: Tone, word: string]>> = {
  'plan-applied': ['neutral', 'plan applied'],
  'phase-changed': ['time', 'phase'],
  'alert-pending': ['warning', 'pending'],
  'alert-cancelled': ['neutral', 'cancelled'],
  'alert-fired': ['critical', 'fired'],
  'alert-resolved': ['good', 'resolved'],
  'alert-flapping': ['warning', 'flapping'],
  notified: ['neutral', 'told'],
  'not-notified': ['none', 'not told'],
  'sample-judged': ['neutral', 'judged'],
  'comparison-made': ['neutral', 'compared'],
  'comparison-settled': ['good', 'settled'],
  'comparison-not-applicable': ['neutral', 'not applicable'],
  'not-evaluated': ['none', 'not evaluated'],
  'evaluated-again': ['neutral', 'evaluated again'],
};

/** Everything that happened, in order; what lies behind the cursor is quiet, and the latest is marked. */
export function Happenings({ recording, atMs, onMove }: HappeningsProps) {
  const { facts, steps } = recording;
  const rows = [
    ...steps.map((step) => ({ atMs: step.atMs, tone: 'neutral' as Tone, word: 'step', text: step.text, evidence: [] })),
    ...facts.map((fact) => {
      const [tone, word] = WORDS[fact.kind] ?? (['neutral', fact.kind.replaceAll('-', ' ')] as const);
      return { atMs: fact.atMs, tone, word, text: fact.text, evidence: fact.evidence };
    }),
  ].sort((left, right) => left.atMs - right.atMs);
  const latest = rows.findLastIndex((row) => row.atMs <= atMs);
  const list = useRef<HTMLOListElement>(null);
  useEffect(() => {
    const box = list.current;
    const row = box?.children[Math.max(0, latest)];
    if (box === null || !(row instanceof HTMLElement)) return;
    // The list alone is scrolled, never the page.
    const top = row.offsetTop - box.offsetTop;
    if (top < box.scrollTop || top + row.offsetHeight > box.scrollTop + box.clientHeight) {
      box.scrollTop = top - box.clientHeight / 2;
    }
  }, [latest]);
  return (
    <ol ref={list} className={classes.happenings} aria-label="What happened">
      {rows.map((row, index) => (
        <li
          // biome-ignore lint/suspicious/noArrayIndexKey: the list of a rehearsal never changes
          key={index}
          className={index > latest ? classes.later : undefined}
          aria-current={index === latest ? 'step' : undefined}
        >
          <button type="button" className={classes.happening} onClick={() => onMove(row.atMs)}>
            <span className={classes.when}>{offsetWords(row.atMs)}</span>
            <span className={classes.kind}>
              <StateMark tone={row.tone} word={row.word} />
            </span>
            <span className={classes.what}>
              {row.text}
              {row.evidence.map((line) => (
                <span key={line} className={classes.evidence}>
                  {line}
                </span>
              ))}
            </span>
          </button>
        </li>
      ))}
    </ol>
  );
}
