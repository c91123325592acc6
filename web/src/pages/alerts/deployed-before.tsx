import { DeploymentList } from '../../charts/deployment-flags.tsx';
import { beforeWords, deployedBefore } from '../../charts/deployment-marks.ts';
import { usePastDeployments } from '../../charts/use-deployments.ts';
import { ReasonPanel } from '../../kit/reason-panel.tsx';
import { StateMark } from '../../kit/state-mark.tsx';
import classes from './alert.module.css';

const HOUR_MS = 3_600_000;
const SHOWN = 3;

interface DeployedBeforeProps {
  readonly plan: string;
  /** When the alert's condition began to hold, epoch milliseconds. */
  readonly openedAt: number;
  /** The service that the rule is about. */
  readonly service: string | undefined;
}

/** What was deployed in the hour before an alert: the first thing to look at, and no more than a hint. */
export function DeployedBefore({ plan, openedAt, service }: DeployedBeforeProps) {
  const marks = usePastDeployments(plan, openedAt - HOUR_MS, openedAt);
  const before = deployedBefore(marks, openedAt, HOUR_MS, service);
  if (before.length === 0) return null;
  return (
    <ul className={classes.deployed} data-deployed="">
      {before.slice(0, SHOWN).map((mark) => (
        <li key={mark.id}>
          <ReasonPanel
            label={`${beforeWords(mark, openedAt)} Show it`}
            title="Deployment"
            content={() => <DeploymentList marks={[mark]} />}
          >
            <StateMark tone="time" word={beforeWords(mark, openedAt)} />
          </ReasonPanel>
        </li>
      ))}
      {before.length > SHOWN ? (
        <li className={classes.quiet}>{before.length - SHOWN} more within the hour before.</li>
      ) : null}
    </ul>
  );
}
