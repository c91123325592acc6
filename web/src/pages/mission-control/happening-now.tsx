import { Link } from '@tanstack/react-router';
import { useMemo } from 'react';
import { useLive } from '../../api/live.tsx';
import { Section } from '../../kit/page.tsx';
import { StateMark } from '../../kit/state-mark.tsx';
import { TimeText } from '../../kit/time-text.tsx';
import { paths } from '../../paths.ts';
import { happenings } from './fact-sentence.ts';
import classes from './mission-control.module.css';

const SHOWN = 12;

/** The latest facts in words. */
export function HappeningNow({ plan }: { readonly plan: string }) {
  const facts = useLive((snapshot) => snapshot.facts);
  const rows = useMemo(() => happenings(facts).slice(0, SHOWN), [facts]);
  return (
    <Section title="Happening now">
      {rows.length === 0 ? (
        <p className={classes.none}>Nothing has happened yet.</p>
      ) : (
        <ol className={classes.facts}>
          {rows.map((sentence) => (
            <li key={sentence.sequence} className={classes.fact}>
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
