import type { UseQueryResult } from '@tanstack/react-query';
import type { EventFieldAnswer, EventFieldsAnswer, EventRatesAnswer } from '#contract/data.ts';
import { trailStart } from '../../api/trails.ts';
import { formatCount, formatFigureText, plural } from '../../format/numbers.ts';
import { formatSpan } from '../../format/times.ts';
import { Section } from '../../kit/page.tsx';
import { Sparkline } from '../../kit/sparkline.tsx';
import { StateMark } from '../../kit/state-mark.tsx';
import { EmptyState, ErrorState, RowsSkeleton } from '../../kit/states.tsx';
import { TimeText } from '../../kit/time-text.tsx';
import classes from './data.module.css';
import { purposeOf } from './event-purpose.ts';

interface EventTableProps {
  readonly plan: string;
  readonly fields: UseQueryResult<EventFieldsAnswer>;
  readonly rates: EventRatesAnswer | undefined;
}

/** Which events come, how many, and what is in them. */
export function EventTable({ fields, rates }: EventTableProps) {
  const { data, error, refetch } = fields;
  return (
    <Section title="Events and their fields" aside={data === undefined ? undefined : 'the last 24 hours'}>
      {error !== null && data === undefined ? (
        <ErrorState error={error} title="The events could not be counted" onRetry={() => void refetch()} />
      ) : data === undefined ? (
        <RowsSkeleton rows={4} height={52} />
      ) : (
        <>
          {data.events.length === 0 ? (
            <EmptyState title="No events in the last 24 hours">
              Each name that comes stands here with its fields, their types and how often they are there.
            </EmptyState>
          ) : (
            <ul className={classes.list}>
              {data.events.map((event) => (
                <EventEntry key={event.name} event={event} rates={rates} />
              ))}
            </ul>
          )}
          <Awaited awaited={data.awaited} />
          {data.unused.length === 0 ? null : (
            <p className={classes.quiet}>
              Fixed by an earlier event, and in none of the latest:{' '}
              {data.unused.map(({ name, type }) => `${name} (${type})`).join(', ')}.
            </p>
          )}
        </>
      )}
    </Section>
  );
}

function EventEntry(props: {
  readonly event: EventFieldsAnswer['events'][number];
  readonly rates: EventRatesAnswer | undefined;
}) {
  const { event, rates } = props;
  return (
    <li className={classes.entry} data-name={event.name}>
      <details>
        <summary className={classes.entryHead}>
          <span className={classes.words}>
            <span className={classes.name}>{event.name}</span>
            <span className={classes.quiet}>{purposeOf(event)}</span>
          </span>
          <Course name={event.name} rates={rates} />
          <span className={classes.count}>
            <span className={classes.number}>{formatCount(event.count)}</span>
            <span className={classes.quiet}>
              last <TimeText at={event.lastAt} show="age" />
            </span>
          </span>
          <span className={classes.fieldCount}>{plural(event.fields.length, 'field')}</span>
        </summary>
        {event.fields.length === 0 ? (
          <p className={classes.quiet}>It comes with nothing but its name and time.</p>
        ) : (
          <Fields name={event.name} fields={event.fields} />
        )}
      </details>
    </li>
  );
}

function Fields({ name, fields }: { readonly name: string; readonly fields: readonly EventFieldAnswer[] }) {
  return (
    <div className={classes.scroll}>
      <table className={classes.table}>
        <caption className="wb-spoken">Fields of {name}</caption>
        <thead>
          <tr>
            <th scope="col">Field</th>
            <th scope="col">Type</th>
            <th scope="col">In</th>
            <th scope="col">For example</th>
          </tr>
        </thead>
        <tbody>
          {fields.map((field) => (
            <tr key={`${field.name} ${field.type}`}>
              <th scope="row">{field.name}</th>
              <td>
                {field.type}
                {field.unit === undefined ? '' : `, in ${field.unit}`}
              </td>
              <td>{formatFigureText(field.share, '%')}</td>
              <td className={classes.example}>{String(field.example ?? '')}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Course({ name, rates }: { readonly name: string; readonly rates: EventRatesAnswer | undefined }) {
  const counts = rates?.events.find((event) => event.name === name)?.counts;
  if (rates === undefined) return <span className={classes.course} />;
  const began = Date.parse(rates.from);
  // The step that still runs would look like a fall.
  const all = (counts ?? []).slice(0, -1).map((value, index) => ({ at: began + index * rates.stepMs, value }));
  // Before the first one there was no history, rather than one of nothing.
  const points = all.slice(Math.max(0, all.findIndex(({ value }) => value > 0) - 1));
  const to = began + (all.length || 1) * rates.stepMs;
  const from = trailStart(points, to);
  return (
    <span className={classes.course}>
      <Sparkline
        points={points}
        from={from}
        to={to}
        label={`${name}: how many came every 10 seconds of the last ${formatSpan(to - from)}`}
        width={140}
      />
    </span>
  );
}

function Awaited({ awaited }: { readonly awaited: EventFieldsAnswer['awaited'] }) {
  if (awaited.length === 0) return null;
  return (
    <ul className={classes.awaited}>
      {awaited.map(({ name, sources }) => (
        <li key={name}>
          <StateMark tone="none" word={name} />
          <span className={classes.quiet}>
            the plan reads it as {sources.join(', ')}, and none came in the last 24 hours
          </span>
        </li>
      ))}
    </ul>
  );
}
