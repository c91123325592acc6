import { Button } from '@mantine/core';
import { useState } from 'react';
import type { EventFieldsAnswer, StoredEventAnswer } from '#contract/data.ts';
import { formatFigureText } from '../../format/numbers.ts';
import { formatTimeExact } from '../../format/times.ts';
import { Chips } from '../../kit/chips.tsx';
import { Section } from '../../kit/page.tsx';
import { useSearchValues } from '../../kit/search-value.ts';
import { StateMark } from '../../kit/state-mark.tsx';
import { EmptyState, ErrorState, RowsSkeleton } from '../../kit/states.tsx';
import { TraceLink } from '../traces/trace-link.tsx';
import classes from './data.module.css';
import { useTail } from './use-data.ts';

const NAMES = 8;
const IN_A_ROW = 5;

interface LiveTailProps {
  readonly plan: string;
  readonly fields: EventFieldsAnswer | undefined;
  /** Nothing has come yet. */
  readonly waiting: boolean;
}

/** The latest events as they come, newest first. */
export function LiveTail({ plan, fields, waiting }: LiveTailProps) {
  const [search, change] = useSearchValues();
  const [paused, setPaused] = useState(false);
  // What is read stays where it is: nothing new comes before it is closed.
  const [open, setOpen] = useState<string>();
  const held = paused || open !== undefined;
  const { data, error, refetch } = useTail(plan, search.event, held);
  const pauseOrGoOn = (): void => {
    setPaused(!held);
    setOpen(undefined);
  };
  const names = fields?.events.slice(0, NAMES).map(({ name }) => name) ?? [];
  const shown = search.event === undefined || names.includes(search.event) ? names : [...names, search.event];
  return (
    <Section
      title="As it comes"
      aside={
        waiting ? undefined : (
          <Button size="xs" variant="default" className={classes.tap} onClick={pauseOrGoOn}>
            {held ? 'Go on' : 'Pause'}
          </Button>
        )
      }
    >
      {shown.length < 2 ? null : (
        <Chips
          label="Event"
          chosen={search.event ?? ''}
          choices={[{ value: '', name: 'All' }, ...shown.map((name) => ({ value: name, name }))]}
          onChoose={(event) => {
            setOpen(undefined);
            change({ event: event === '' ? undefined : event });
          }}
        />
      )}
      {error !== null && data === undefined ? (
        <ErrorState error={error} title="The latest events could not be loaded" onRetry={() => void refetch()} />
      ) : data === undefined ? (
        <RowsSkeleton rows={8} height={40} />
      ) : data.events.length === 0 ? (
        <EmptyState title={search.event === undefined ? 'No events yet' : `No event “${search.event}” yet`}>
          What is sent stands here a second or two later, with everything that came in it.
        </EmptyState>
      ) : (
        <>
          {error === null ? null : (
            <StateMark tone="warning" word="The telemetry store does not answer: these are the last that are known." />
          )}
          <ol className={classes.tail} data-waiting={waiting ? '' : undefined}>
            {data.events.map((event, place) => (
              <EventRow
                // Rows stay and what they say goes down, so that nothing moves as events come.
                // biome-ignore lint/suspicious/noArrayIndexKey: a row has nothing of its own; which one is open is known by the event.
                key={place}
                plan={plan}
                event={event}
                open={open === event.id}
                onOpen={(opened) => setOpen((before) => (opened ? event.id : before === event.id ? undefined : before))}
              />
            ))}
          </ol>
        </>
      )}
    </Section>
  );
}

interface EventRowProps {
  readonly plan: string;
  readonly event: StoredEventAnswer;
  readonly open: boolean;
  readonly onOpen: (open: boolean) => void;
}

function EventRow({ plan, event, open, onOpen }: EventRowProps) {
  const trace = traceOf(event);
  const parts = partsOf(event);
  return (
    <li className={classes.event} data-event={event.name}>
      <details open={open} onToggle={({ currentTarget }) => onOpen(currentTarget.open)}>
        <summary className={classes.summary}>
          <time className={classes.time} dateTime={event.time}>
            {formatTimeExact(Date.parse(event.time))}
          </time>
          <span className={classes.eventName}>{event.name}</span>
          <span className={classes.parts}>
            {parts.slice(0, IN_A_ROW).map(([name, value]) => (
              <span key={name} className={classes.part}>
                <span className={classes.partName}>{name}</span> {value}
              </span>
            ))}
            {parts.length > IN_A_ROW ? <span className={classes.quiet}>+{parts.length - IN_A_ROW}</span> : null}
          </span>
        </summary>
        {trace === undefined ? null : (
          <div className={classes.trace}>
            <TraceLink plan={plan} trace={trace} at={event.time} />
          </div>
        )}
        <dl className={classes.all}>
          {[
            ...parts,
            ['event_id', event.id] as const,
            ['time', event.time] as const,
            ['received', event.receivedAt] as const,
          ].map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ))}
        </dl>
      </details>
    </li>
  );
}

/** The trace that an event belongs to. */
function traceOf({ attributes }: StoredEventAnswer): string | undefined {
  const trace = attributes['trace_id'];
  return typeof trace === 'string' && trace !== '' ? trace : undefined;
}

/** What came in an event, as name and text; the record's own fields first. */
function partsOf(event: StoredEventAnswer): readonly (readonly [string, string])[] {
  const own: (readonly [string, string])[] = [];
  if (event.durationMs !== undefined) own.push(['duration', formatFigureText(event.durationMs, 'ms')]);
  if (event.value !== undefined) own.push(['value', String(event.value)]);
  if (event.user !== undefined) own.push(['user', event.user]);
  return [...own, ...Object.entries(event.attributes).map(([name, value]) => [name, String(value)] as const)];
}
