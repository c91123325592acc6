import { Code } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { OverviewAnswer } from '#contract/overview.ts';
import { useLive } from '../../api/live.tsx';
import { plural } from '../../format/numbers.ts';
import { formatSpan } from '../../format/times.ts';
import { useNow } from '../../kit/now.ts';
import { Section } from '../../kit/page.tsx';
import { StateMark } from '../../kit/state-mark.tsx';
import { TimeText } from '../../kit/time-text.tsx';
import { hasPage } from '../../pages.tsx';
import { paths, patterns } from '../../paths.ts';
import classes from './mission-control.module.css';
import { type Need, needs } from './needs.ts';

interface NeedsYouProps {
  readonly plan: string;
  readonly overview: OverviewAnswer | undefined;
}

/** What waits for a person. */
export function NeedsYou({ plan, overview }: NeedsYouProps) {
  const alerts = useLive((snapshot) => snapshot.alerts);
  const live = useLive((snapshot) => snapshot.plan);
  const list = overview === undefined ? [] : needs(overview, live, alerts);
  return (
    <Section title={list.length === 0 ? 'Needs you' : `Needs you (${list.length})`}>
      {list.length === 0 ? (
        <p className={classes.none}>Nothing waits for anybody.</p>
      ) : (
        <ul className={classes.list}>
          {list.map((need) => (
            <li key={need.kind === 'acknowledge' ? need.alert.key : need.kind} className={classes.row}>
              <NeedRow plan={plan} need={need} />
            </li>
          ))}
        </ul>
      )}
    </Section>
  );
}

function NeedRow({ plan, need }: { readonly plan: string; readonly need: Need }) {
  switch (need.kind) {
    case 'acknowledge': {
      const id = need.alert.alert ?? need.alert.key;
      return (
        <>
          <div className={classes.rowHead}>
            <span className={classes.rowTitle}>
              {hasPage(patterns.alert) ? <Link to={paths.alert(plan, id)}>Acknowledge {id}</Link> : `Acknowledge ${id}`}
            </span>
            <span className={classes.rowFoot}>{need.alert.rule}</span>
          </div>
          {need.answerBy === undefined ? null : <AnswerBy at={need.answerBy} />}
        </>
      );
    }
    case 'failed-messages':
      return (
        <span className={classes.rowTitle}>
          {hasPage(patterns.deliveries) ? (
            <Link to={paths.deliveries(plan)}>{plural(need.count, 'message')} reached nobody</Link>
          ) : (
            `${plural(need.count, 'message')} reached nobody`
          )}
        </span>
      );
    case 'launch':
      return (
        <>
          <span className={classes.rowTitle}>Launch the plan</span>
          <Code>npx watchbill launch {plan}</Code>
        </>
      );
  }
}

function AnswerBy({ at }: { readonly at: number }) {
  const now = useNow(1_000);
  const offset = useLive((snapshot) => snapshot.clockOffsetMs);
  const left = at - now - offset;
  return (
    <div className={classes.rowFoot}>
      {left > 0 ? (
        <span>
          by <TimeText at={at} />, {formatSpan(left)} left
        </span>
      ) : (
        <StateMark tone="critical" word={`overdue by ${formatSpan(-left)}`} />
      )}
    </div>
  );
}
