import { Link } from '@tanstack/react-router';
import type { AssessedCheckAnswer, AssessmentAnswer } from '#contract/assessments.ts';
import { TimeText } from '../../kit/time-text.tsx';
import { paths } from '../../paths.ts';
import { failuresText } from './verdict-words.ts';
import classes from './verdicts.module.css';

/** What the failed checks of an assessment found last, the latest phase first. */
export function Findings({ plan, assessment }: { readonly plan: string; readonly assessment: AssessmentAnswer }) {
  const failed = assessment.phases
    .toReversed()
    .flatMap(({ phase, checks }) =>
      checks.filter(({ state }) => state === 'failed').map((check) => ({ phase, check })),
    );
  if (failed.length === 0) return null;
  return (
    <>
      <h3 className={classes.heading}>What was found</h3>
      <ul className={classes.findings}>
        {failed.map(({ phase, check }) => (
          <li key={`${phase} ${check.kind} ${check.name}`} className={classes.finding} data-finding={check.name}>
            <p className={classes.findingHead}>
              <strong>{check.name}</strong> in {phase}: <When check={check} />
            </p>
            <Found plan={plan} found={check.found} />
          </li>
        ))}
      </ul>
    </>
  );
}

function When({ check }: { readonly check: AssessedCheckAnswer }) {
  const { firstFrom, lastFrom, lastTo, failures, isFailing } = check;
  return (
    <>
      {failuresText(check)}
      {firstFrom === undefined ? null : (
        <>
          , {failures === 1 ? 'from' : 'first'} <TimeText at={firstFrom} />
        </>
      )}
      {failures === 1 || lastFrom === undefined ? null : (
        <>
          , last from <TimeText at={lastFrom} />
        </>
      )}
      {isFailing ? (
        ' and still fails'
      ) : lastTo === undefined ? null : (
        <>
          {' '}
          to <TimeText at={lastTo} />
        </>
      )}
    </>
  );
}

function Found({ plan, found }: { readonly plan: string; readonly found: AssessedCheckAnswer['found'] }) {
  if (found === undefined) return <p className={classes.quiet}>What it found is not kept any more.</p>;
  const { message, evidence, alert } = found;
  return (
    <>
      {message === undefined ? null : <p className={classes.message}>{message}</p>}
      {evidence === undefined ? null : (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what is wider than the page is scrolled by keyboard
        <pre className={classes.evidence} tabIndex={0}>
          {evidence}
        </pre>
      )}
      {alert === undefined ? null : (
        <p className={classes.message}>
          <Link to={paths.alert(plan, alert)} className="wb-alone">
            Alert {alert}
          </Link>
        </p>
      )}
    </>
  );
}
