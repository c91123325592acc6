import { useRef } from 'react';
import { usePlanName } from '../../api/current-plan.ts';
import { Page, Section } from '../../kit/page.tsx';
import { StateMark } from '../../kit/state-mark.tsx';
import { EmptyState, ErrorState, RowsSkeleton } from '../../kit/states.tsx';
import { CheckChips } from './check-chips.tsx';
import { ServiceMap } from './service-map.tsx';
import { ServiceRow } from './service-row.tsx';
import { servicesSentence, worstFirst } from './service-words.ts';
import classes from './services.module.css';
import { useServices } from './use-services.ts';

const EXAMPLE = `services:
  web:      { importance: critical, needs: [api] }
  api:      { importance: critical, needs: [database] }
  database: { importance: critical }
probes:
  health: { check: GET https://shop.example/health, every: 30s, service: api }`;

/** The services of the plan, what each needs, how they stand and why. */
export function ServicesPage() {
  const plan = usePlanName();
  const { data, error, refetch } = useServices(plan);
  const list = useRef<HTMLUListElement>(null);
  if (data === undefined) {
    return (
      <Page title="Services" state={<> </>}>
        <Section title="Why">
          {error === null ? (
            <RowsSkeleton rows={5} height={72} />
          ) : (
            <ErrorState error={error} title="The services could not be loaded" onRetry={() => void refetch()} />
          )}
        </Section>
      </Page>
    );
  }
  const { services, others, away } = data;
  const sentence = services.length === 0 ? undefined : servicesSentence(services);
  const show = (service: string): void => {
    const row = list.current?.querySelector<HTMLElement>(`[data-service="${CSS.escape(service)}"]`);
    row?.scrollIntoView({ block: 'nearest' });
    row?.focus({ preventScroll: true });
  };
  const isConnected = services.some(({ needs }) => needs.length > 0);
  return (
    <Page
      title="Services"
      state={
        error !== null ? (
          <StateMark tone="warning" word="The server does not answer: this is the last that is known." />
        ) : sentence === undefined ? (
          <> </>
        ) : (
          <StateMark tone={sentence.tone} word={sentence.word} />
        )
      }
    >
      {away.length === 0 ? null : (
        <p className={classes.away} role="status">
          <StateMark tone="none" word={awayText(away)} />
        </p>
      )}
      {isConnected ? (
        <div className={classes.mapSection}>
          <Section title="Map" aside="An arrow points to what a service needs.">
            <ServiceMap services={services} onChoose={show} />
          </Section>
        </div>
      ) : null}
      <Section title="Why" aside={services.length === 0 ? undefined : services.length}>
        {services.length === 0 ? (
          <EmptyState title="The plan names no services" snippet={EXAMPLE}>
            Say what your product is made of and what needs what: rules, probes and heartbeats then say of each how it
            stands. Add them to the plan:
          </EmptyState>
        ) : (
          <ul className={classes.list} ref={list}>
            {worstFirst(services).map((service) => (
              <ServiceRow key={service.name} plan={plan} service={service} onChoose={show} />
            ))}
          </ul>
        )}
      </Section>
      {others.probes.length + others.heartbeats.length === 0 ? null : (
        <Section title="Checks of no service" aside={others.probes.length + others.heartbeats.length}>
          <CheckChips plan={plan} probes={others.probes} parts={[]} heartbeats={others.heartbeats} />
        </Section>
      )}
    </Page>
  );
}

function awayText(away: readonly ('telemetry' | 'intake')[]): string {
  const [what] = away;
  if (away.length > 1)
    return 'Neither the telemetry store nor intake answers: only alerts are known, probes and heartbeats are not.';
  return what === 'telemetry'
    ? 'The telemetry store does not answer: nothing is known of probes now. Alerts and pages do not need it.'
    : 'Intake does not answer: nothing is known of heartbeats now.';
}
