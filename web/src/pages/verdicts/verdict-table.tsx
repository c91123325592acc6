import { Link } from '@tanstack/react-router';
import type { AssessedCheckAnswer, AssessmentAnswer, PhaseVerdictAnswer } from '#contract/assessments.ts';
import { StateMark } from '../../kit/state-mark.tsx';
import { TimeText } from '../../kit/time-text.tsx';
import { paths } from '../../paths.ts';
import { checkTone, failuresText, isOver, knownText, verdictTone } from './verdict-words.ts';
import classes from './verdicts.module.css';

interface VerdictTableProps {
  readonly plan: string;
  readonly assessment: AssessmentAnswer;
  /** The instant that the verdicts are of. */
  readonly at: string;
}

/** Checks as rows, phases as columns; on a narrow screen each check is a block of its own. */
export function VerdictTable({ plan, assessment: { name, phases }, at }: VerdictTableProps) {
  const checks = phases[0]?.checks ?? [];
  return (
    <table className={classes.table} data-assessment={name}>
      <caption className="wb-spoken">Verdicts of {name} by phase</caption>
      <thead>
        <tr>
          <th scope="col">
            <span className="wb-spoken">Check</span>
          </th>
          {phases.map((verdict) => (
            <th key={verdict.phase} scope="col" data-phase={verdict.phase} data-verdict={verdict.state}>
              <Verdict verdict={verdict} />
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {checks.map((check, index) => (
          <tr key={`${check.kind} ${check.name}`} data-check={check.name}>
            <th scope="row">
              <CheckName plan={plan} check={check} />
            </th>
            {phases.map((verdict) => {
              const own = verdict.checks[index];
              return (
                <td key={verdict.phase} data-phase={verdict.phase} data-verdict={verdict.state}>
                  {own === undefined ? null : <Cell check={own} verdict={verdict} at={at} />}
                </td>
              );
            })}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Verdict({ verdict: { phase, state, from, to } }: { readonly verdict: PhaseVerdictAnswer }) {
  return (
    <>
      <span className={classes.phase}>{phase}</span>
      <StateMark {...verdictTone(state)} />
      <span className={classes.quiet}>
        {from === undefined ? (
          'not launched'
        ) : (
          <>
            <TimeText at={from} show="day" /> {to === undefined ? 'on' : 'to '}
            {to === undefined ? null : <TimeText at={to} show="day" />}
          </>
        )}
      </span>
    </>
  );
}

const KINDS: Readonly<Record<AssessedCheckAnswer['kind'], string>> = {
  probe: 'probe',
  part: 'part of a probe',
  heartbeat: 'heartbeat',
  rule: 'rule',
  review: 'review',
  comparison: 'comparison',
};

function CheckName({
  plan,
  check: { name, kind, probe = name },
}: {
  readonly plan: string;
  readonly check: AssessedCheckAnswer;
}) {
  return (
    <>
      <Link to={placeOf(plan, kind, kind === 'part' ? probe : name)} className={`${classes.name} wb-alone`}>
        {name}
      </Link>
      <span className={classes.quiet}>{KINDS[kind]}</span>
    </>
  );
}

function placeOf(plan: string, kind: AssessedCheckAnswer['kind'], name: string): string {
  switch (kind) {
    case 'probe':
    case 'part':
      return paths.probe(plan, name);
    case 'heartbeat':
      return paths.probes(plan);
    case 'rule':
      return paths.plan(plan);
    case 'review':
    case 'comparison':
      return paths.reviews(plan, name);
  }
}

function Cell({
  check,
  verdict,
  at,
}: {
  readonly check: AssessedCheckAnswer;
  readonly verdict: PhaseVerdictAnswer;
  readonly at: string;
}) {
  const over = isOver(verdict, at);
  return (
    <>
      <StateMark {...checkTone(check, over)} />
      {check.state === 'failed' ? (
        <>
          <span className={classes.quiet}>{failuresText(check)}</span>
          {check.unknownMs > check.knownMs / 99 ? (
            <span className={classes.quiet}>{knownText(check)} known</span>
          ) : null}
        </>
      ) : null}
      <Course check={check} verdict={verdict} at={at} />
    </>
  );
}

/** Below it nobody would see it. */
const SEEN = 0.6;

/** The phase as a line: how far it has come, and where the check failed. What it shows stands beside it in words. */
function Course({ check, verdict, at }: Parameters<typeof Cell>[0]) {
  if (verdict.from === undefined || verdict.state === 'not begun') return null;
  const from = Date.parse(verdict.from);
  const now = Date.parse(at);
  const to = verdict.to === undefined ? now : Date.parse(verdict.to);
  const place = (instant: number): number => (100 * (Math.min(instant, to) - from)) / Math.max(1, to - from);
  return (
    <svg className={classes.course} viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">
      <rect className={classes.rest} x="0" y="3" width="100" height="2" />
      <rect className={classes.done} x="0" y="3" width={place(now)} height="2" />
      {check.spans.map((span) => {
        const begin = place(Date.parse(span.from));
        const width = Math.max(SEEN, place(Date.parse(span.to)) - begin);
        return (
          <rect
            key={span.from}
            className={classes.failed}
            x={Math.min(begin, 100 - width)}
            y="0"
            width={width}
            height="8"
          />
        );
      })}
    </svg>
  );
}
