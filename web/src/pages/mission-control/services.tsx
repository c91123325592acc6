import { Link } from '@tanstack/react-router';
import { memo } from 'react';
import type { OverviewAnswer } from '#contract/overview.ts';
import { useLive } from '../../api/live.tsx';
import { StateMark } from '../../kit/state-mark.tsx';
import { paths } from '../../paths.ts';
import { useServices } from '../services/use-services.ts';
import classes from './mission-control.module.css';
import { type ServiceState, serviceStates } from './service-states.ts';

/** The plan's services in a row. */
export function Services({ plan, overview }: { readonly plan: string; readonly overview: OverviewAnswer }) {
  const signals = useLive((snapshot) => snapshot.signals);
  const alerts = useLive((snapshot) => snapshot.alerts);
  const { data } = useServices(plan);
  return (
    <ul className={classes.services} aria-label="Services" data-live="">
      {serviceStates(overview, signals, alerts, data?.services).map((state) => (
        <Service key={state.name} plan={plan} {...state} />
      ))}
    </ul>
  );
}

const Service = memo(function Service({ plan, name, tone, word, because }: ServiceState & { readonly plan: string }) {
  return (
    <li>
      <Link to={paths.services(plan)} className={classes.service} data-tone={tone} title={because}>
        <span className={classes.serviceName}>{name}</span>
        <StateMark tone={tone} word={word} quiet={tone === 'good'} />
      </Link>
    </li>
  );
});
