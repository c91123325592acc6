import { Link } from '@tanstack/react-router';
import { useMemo } from 'react';
import { useLive } from '../../api/live.tsx';
import { type DeploymentMark, markName } from '../../charts/deployment-marks.ts';
import { useRecentDeployments } from '../../charts/use-deployments.ts';
import { Section } from '../../kit/page.tsx';
import { StateMark } from '../../kit/state-mark.tsx';
import { TimeText } from '../../kit/time-text.tsx';
import { paths } from '../../paths.ts';
import { type FactSentence, happenings } from './fact-sentence.ts';
import classes from './mission-control.module.css';

const SHOWN = 12;

/** The latest facts in words. */
export function HappeningNow({ plan }: { readonly plan: string }) {
  const facts = useLive((snapshot) => snapshot.facts);
  const deployments = useRecentDeployments(plan);
  const rows = useMemo(
    () =>
      [...happenings(facts).map((one) => ({ ...one, key: String(one.sequence) })), ...deployments.map(deploymentRow)]
        .sort((left, right) => Date.parse(right.at) - Date.parse(left.at))
        .slice(0, SHOWN),
    [facts, deployments],
  );
  return (
    <Section title="Happening now">
      {rows.length === 0 ? (
        <p className={classes.none}>Nothing has happened yet.</p>
      ) : (
        <ol className={classes.facts}>
          {rows.map((sentence) => (
            <li key={sentence.key} className={classes.fact}>
              <span className={classes.factTime}>
                <TimeText at={sentence.at} />
              </span>
              <StateMark tone={sentence.tone} word={sentence.tone} quiet />
              <span className={classes.factText}>
                {sentence.alert !== undefined ? (
                  <Link to={paths.alert(plan, sentence.alert)}>{sentence.text}</Link>
                ) : (
                  sentence.text
                )}
              </span>
            </li>
          ))}
        </ol>
      )}
    </Section>
  );
}

/** A deployment in words, among the facts. */
function deploymentRow(mark: DeploymentMark): FactSentence & { readonly at: string; readonly key: string } {
  const before = mark.previous === undefined ? '' : `, before it ${mark.previous}`;
  const where = mark.environment === undefined ? '' : ` to ${mark.environment}`;
  const text = `${markName(mark)} deployed${where}${before}`;
  return { tone: 'time', text, at: new Date(mark.at).toISOString(), key: `deployment ${mark.id}` };
}
