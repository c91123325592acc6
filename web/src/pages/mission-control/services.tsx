import { memo } from 'react';
import type { OverviewAnswer } from '#contract/overview.ts';
import { useLive } from '../../api/live.tsx';
import { StateMark } from '../../kit/state-mark.tsx';
import classes from './mission-control.module.css';
import { type ServiceState, serviceStates } from './service-states.ts';

/** The plan's services in a row. */
export function Services({ overview }: { readonly overview: OverviewAnswer }) {
  const signals = useLive((snapshot) => snapshot.signals);
  const alerts = useLive((snapshot) => snapshot.alerts);
  return (
    <ul className={classes.services} aria-label="Services" data-live="">
      {serviceStates(overview, signals, alerts).map((state) => (
        <Service key={state.name} {...state} />
      ))}
    </ul>
  );
}

const Service = memo(function Service({ name, tone, word, because }: ServiceState) {
  return (
    <li className={classes.service} data-tone={tone} title={because}>
      <span className={classes.serviceName}>{name}</span>
      <StateMark tone={tone} word={word} quiet={tone === 'good'} />
    </li>
  );
});
