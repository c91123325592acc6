import { StateMark } from '../../kit/state-mark.tsx';
import type { Tone } from '../../kit/tone.ts';
import type { CheckAnswer } from '../../plan-language/protocol.ts';
import classes from './findings.module.css';
import { fileName } from './plan-draft.ts';

interface FindingsProps {
  readonly checked: CheckAnswer | undefined;
  /** Several files: each finding then says in which it is. */
  readonly showPath: boolean;
  readonly onGo: (path: string, line: number, column: number) => void;
}

const TONES: Readonly<Record<'error' | 'warning' | 'hint', Tone>> = {
  error: 'critical',
  warning: 'warning',
  hint: 'neutral',
};

/** Every finding of the compiler; pressing one goes to its place. */
export function Findings({ checked, showPath, onGo }: FindingsProps) {
  if (checked === undefined) return <p className={classes.none}>The plan is being checked.</p>;
  const { diagnostics, notExecuted } = checked;
  if (diagnostics.length === 0 && notExecuted.length === 0) {
    return (
      <p className={classes.none}>
        <StateMark tone="good" word="Nothing is wrong with this text." />
      </p>
    );
  }
  return (
    <ul className={classes.list}>
      {diagnostics.map((each) => (
        <li key={`${each.path} ${each.line} ${each.column} ${each.code} ${each.message}`}>
          <button type="button" className={classes.finding} onClick={() => onGo(each.path, each.line, each.column)}>
            <span className={classes.head}>
              <StateMark tone={TONES[each.severity]} word={each.severity} />
              <span className={classes.place}>
                {showPath ? `${fileName(each.path)}, ` : ''}line {each.line}
              </span>
              <span className={classes.code}>{each.code}</span>
            </span>
            <span className={classes.message}>
              <WithCode text={each.message} />
            </span>
            {each.hint === undefined ? null : (
              <span className={classes.hint}>
                <WithCode text={each.hint} />
              </span>
            )}
          </button>
        </li>
      ))}
      {notExecuted.map((each) => (
        <li key={`${each.path} ${each.line} ${each.what}`}>
          <button type="button" className={classes.finding} onClick={() => onGo(each.path, each.line, each.column)}>
            <span className={classes.head}>
              <StateMark tone="none" word="not executed yet" />
              <span className={classes.place}>
                {showPath ? `${fileName(each.path)}, ` : ''}line {each.line}
              </span>
            </span>
            <span className={classes.message}>{each.what}</span>
          </button>
        </li>
      ))}
    </ul>
  );
}

/** Words of the plan stand between backticks. */
function WithCode({ text }: { readonly text: string }) {
  return text.split('`').map((part, index) =>
    index % 2 === 1 ? (
      // biome-ignore lint/suspicious/noArrayIndexKey: the parts of one sentence never move
      <code key={index} className={classes.word}>
        {part}
      </code>
    ) : (
      part
    ),
  );
}
