import type { HealthAnswer, StoreHealthAnswer } from '#contract/health.ts';
import { formatFigureText } from '../../format/numbers.ts';
import { Section } from '../../kit/page.tsx';
import { StateMark } from '../../kit/state-mark.tsx';
import { Course } from './course.tsx';
import classes from './health.module.css';
import { bytesText } from './health-words.ts';

const courses = { PostgreSQL: 'postgresLatencyMs', 'telemetry store': 'telemetryLatencyMs' } as const;
/** What goes on when a store does not answer. */
const without: Readonly<Record<StoreHealthAnswer['name'], string>> = {
  PostgreSQL: 'Nothing is judged and nobody is told until it answers again.',
  'telemetry store': 'Alerts and messages go on; charts and the data page wait for it.',
};

/** The two stores: whether they answer, how fast, and how much they hold. */
export function Stores({ health }: { readonly health: HealthAnswer }) {
  return (
    <Section title="Stores">
      <ul className={classes.list}>
        {health.stores.map((store) => (
          <li key={store.name} className={classes.store} data-store={store.name}>
            <span className={classes.words}>
              <span className={classes.name}>{store.name}</span>
              <span className={classes.quiet}>
                {[
                  store.version === undefined ? undefined : `version ${store.version}`,
                  store.migration === undefined ? undefined : `schema ${store.migration}`,
                ]
                  .filter((part) => part !== undefined)
                  .join(', ')}
              </span>
            </span>
            {store.answers ? (
              <StateMark tone="good" word="answers" />
            ) : (
              <span className={classes.words}>
                <StateMark tone="critical" word={store.problem ?? 'does not answer'} />
                <span className={classes.quiet}>{without[store.name]}</span>
              </span>
            )}
            <span className={classes.number}>
              {store.bytes === undefined ? '–' : bytesText(store.bytes)}
              <span className={classes.unitOf}>on disk</span>
            </span>
            <span className={classes.delay}>
              <span className={classes.number}>
                {store.latencyMs === undefined ? '–' : formatFigureText(store.latencyMs, 'ms')}
                <span className={classes.unitOf}>to answer</span>
              </span>
              <Course
                history={health.history}
                of={courses[store.name]}
                label={`How fast ${store.name} answered over the last hour`}
              />
            </span>
          </li>
        ))}
      </ul>
    </Section>
  );
}
