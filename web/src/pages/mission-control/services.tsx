import type { OverviewAnswer } from '#contract/overview.ts';
import { useLive } from '../../api/live.tsx';
import { StateMark } from '../../kit/state-mark.tsx';
import classes from './mission-control.module.css';
import { serviceStates } from './service-states.ts';

/** The plan's services in a row. */
export function Services({ overview }: { readonly overview: OverviewAnswer }) {
  const signals = useLive((snapshot) => snapshot.signals);
  const alerts = useLive((snapshot) => snapshot.alerts);
  return (
    <ul className={classes.services} aria-label="Services" data-live="">
      {serviceStates(overview, signals, alerts).map(({ name, tone, word, because }) => (
        <li key={name} className={classes.service} data-tone={tone} title={because}>
          <span className={classes.serviceName}>{name}</span>
          <StateMark tone={tone} word={word} quiet={tone === 'good'} />
        </li>
      ))}
    </ul>
  );
}
