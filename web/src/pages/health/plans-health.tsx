import { Link } from '@tanstack/react-router';
import type { HealthAnswer } from '#contract/health.ts';
import { formatCount, formatFigureText, plural } from '../../format/numbers.ts';
import { Section } from '../../kit/page.tsx';
import { StateMark } from '../../kit/state-mark.tsx';
import { EmptyState } from '../../kit/states.tsx';
import { TimeText } from '../../kit/time-text.tsx';
import { paths } from '../../paths.ts';
import classes from './health.module.css';
import { deliveryCounts, planTone } from './health-words.ts';

/** How the core stands with each plan that the reader may see. */
export function PlansHealth({ health }: { readonly health: HealthAnswer }) {
  return (
    <Section title="Plans">
      {health.plans.length === 0 ? (
        <EmptyState title="No plan runs yet" snippet="watchbill apply plan.yaml">
          A plan that is applied stands here with how far it is judged and how its messages go.
        </EmptyState>
      ) : (
        <ul className={classes.list}>
          {health.plans.map((plan) => {
            const { waiting, failed, sent } = deliveryCounts(plan.notifications);
            return (
              <li key={plan.plan} className={classes.plan} data-plan={plan.plan}>
                <span className={classes.words}>
                  <Link to={paths.missionControl(plan.plan)} className={classes.name}>
                    {plan.plan}
                  </Link>
                  <span className={classes.quiet}>
                    {plan.openAlerts === 0 ? 'no alert is open' : `${plural(plan.openAlerts, 'alert')} open`},{' '}
                    {plan.followers === 0
                      ? 'nobody follows it live'
                      : `${plural(plan.followers, 'page follows', 'pages follow')} it live`}
                  </span>
                </span>
                <StateMark {...planTone(plan)} />
                <span className={classes.words}>
                  <span>
                    {plan.watermark === undefined ? (
                      'not judged'
                    ) : (
                      <>
                        judged up to <TimeText at={plan.watermark} show="age" />
                      </>
                    )}
                  </span>
                  <span className={classes.quiet}>core {formatFigureText(plan.lagMs, 'ms')} behind</span>
                </span>
                <span className={classes.words}>
                  <span>
                    {failed > 0 ? (
                      <StateMark tone="critical" word={`${plural(failed, 'message')} failed`} />
                    ) : waiting > 0 ? (
                      <StateMark tone="warning" word={`${plural(waiting, 'message')} waiting`} />
                    ) : (
                      `${formatCount(sent)} ${sent === 1 ? 'message' : 'messages'} sent, none waiting`
                    )}
                  </span>
                  <span className={classes.quiet}>
                    {plan.lastDeliveryAt === undefined ? (
                      'none was sent yet'
                    ) : (
                      <>
                        last <TimeText at={plan.lastDeliveryAt} show="age" />
                      </>
                    )}
                  </span>
                </span>
              </li>
            );
          })}
        </ul>
      )}
    </Section>
  );
}
