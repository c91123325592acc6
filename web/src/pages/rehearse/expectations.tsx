import type { RecordingAnswer } from '#contract/rehearsals.ts';
import { StateMark } from '../../kit/state-mark.tsx';
import classes from './rehearse.module.css';
import { offsetWords } from './timeline.ts';

interface ExpectationsProps {
  readonly expectations: RecordingAnswer['expectations'];
  /** To the instant, and to the line of the scenario. */
  readonly onGo: (atMs: number, line: number, column: number) => void;
}

/** What the scenario expects, and what happened instead where it did not. */
export function Expectations({ expectations, onGo }: ExpectationsProps) {
  if (expectations.length === 0) {
    return (
      <p className={classes.quiet}>
        This scenario expects nothing, so it cannot fail. Add a step such as{' '}
        <code>expect page mia by app within 10s</code>.
      </p>
    );
  }
  // Those that failed are what somebody came for.
  const sorted = expectations.toSorted(
    (left, right) => Number(left.passed) - Number(right.passed) || left.stepMs - right.stepMs,
  );
  return (
    <ul className={classes.expectations}>
      {sorted.map(({ text, place, passed, instead, atMs, stepMs }) => {
        const [line = 1, column = 1] = place.split(':').slice(-2).map(Number);
        return (
          <li key={`${place} ${stepMs}`}>
            <button type="button" className={classes.expectation} onClick={() => onGo(atMs, line, column)}>
              <span className={classes.expectationHead}>
                <StateMark tone={passed ? 'good' : 'critical'} word={passed ? 'held' : 'did not hold'} />
                <span className={classes.when}>{offsetWords(atMs)}</span>
                <span className={classes.place}>line {line}</span>
              </span>
              <span className={classes.what}>{text}</span>
              {instead.map((sentence) => (
                <span key={sentence} className={classes.evidence}>
                  {sentence}
                </span>
              ))}
            </button>
          </li>
        );
      })}
    </ul>
  );
}
