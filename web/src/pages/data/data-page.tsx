import { useState } from 'react';
import type { EventFieldsAnswer, EventRatesAnswer, RejectionsAnswer } from '#contract/data.ts';
import { usePlanName } from '../../api/current-plan.ts';
import { formatCount, formatNumber, plural } from '../../format/numbers.ts';
import { Page, Section } from '../../kit/page.tsx';
import { useSearchValues } from '../../kit/search-value.ts';
import { StateMark } from '../../kit/state-mark.tsx';
import { RowsSkeleton } from '../../kit/states.tsx';
import { TimeText } from '../../kit/time-text.tsx';
import classes from './data.module.css';
import { EventTable } from './event-table.tsx';
import { LiveTail } from './live-tail.tsx';
import { Metrics } from './metrics.tsx';
import { Refusals } from './refusals.tsx';
import { Scrapes } from './scrapes.tsx';
import { SendSection } from './send-section.tsx';
import type { ExampleEvent } from './snippets.ts';
import { useFields, useRates, useRejections, useTail } from './use-data.ts';
import { Webhooks } from './webhooks.tsx';

/** What is sent to the plan: keys and how to send, what comes, and what is refused. */
export function DataPage() {
  const plan = usePlanName();
  const fields = useFields(plan);
  const rates = useRates(plan);
  const rejections = useRejections(plan);
  const hasPoints = (rejections.data?.samples.accepted ?? 0) > 0;
  // While it is not known whether there is any, the page has its usual order.
  const hasData = fields.data === undefined || fields.data.events.some(({ own }) => !own) || hasPoints;
  const isKnown = fields.data !== undefined && (rejections.data !== undefined || rejections.error !== null);
  // Decided once: the key that is shown once must not go when the first event comes.
  const [beganEmpty, setBeganEmpty] = useState<boolean>();
  if (beganEmpty === undefined && isKnown) setBeganEmpty(!hasData);
  const send = <SendSection plan={plan} rejections={rejections} event={exampleEvent(fields.data)} first={!hasData} />;
  const [search] = useSearchValues();
  // Asked for again by the list itself, which can be paused.
  const tail = useTail(plan, search.event, true);
  const [shown, setShown] = useState(false);
  // The parts stand below each other: they come together, so that none pushes another down.
  const asked = [fields, rates, rejections, tail];
  if (!shown && asked.every(({ data, error }) => data !== undefined || error !== null)) setShown(true);
  if (!shown) {
    return (
      <Page title="Data" state=" ">
        <Section title="As it comes">
          <RowsSkeleton rows={8} height={40} />
        </Section>
        <Section title="Events and their fields">
          <RowsSkeleton rows={4} height={52} />
        </Section>
      </Page>
    );
  }
  return (
    <Page title="Data" state={<Sentence fields={fields.data} rates={rates.data} rejections={rejections.data} />}>
      {beganEmpty === true ? send : null}
      <LiveTail plan={plan} fields={fields.data} waiting={!hasData} />
      <EventTable plan={plan} fields={fields} rates={rates.data} />
      <Refusals plan={plan} rejections={rejections} />
      {beganEmpty === true ? null : send}
      <Webhooks plan={plan} />
      <Scrapes plan={plan} />
      <Metrics plan={plan} />
    </Page>
  );
}

interface SentenceProps {
  readonly fields: EventFieldsAnswer | undefined;
  readonly rates: EventRatesAnswer | undefined;
  readonly rejections: RejectionsAnswer | undefined;
}

const MINUTE_MS = 60_000;

function Sentence({ fields, rates, rejections }: SentenceProps) {
  if (rejections === undefined && rates === undefined) return <> </>;
  if (rejections?.known === false) {
    return <StateMark tone="warning" word="Intake does not answer: nothing new comes in." />;
  }
  const own = new Set(fields?.events.filter((event) => event.own).map(({ name }) => name));
  const refused = rejections?.rejections.reduce((sum, { count }) => sum + count, 0) ?? 0;
  const perMinute = rates === undefined ? undefined : lastMinute(rates, own);
  const samples = rejections?.samples;
  const hasPoints = samples !== undefined && samples.accepted > 0;
  return (
    <span className={classes.sentence} data-live="">
      {perMinute === undefined ? null : perMinute === 0 ? (
        <StateMark tone="none" word={`${hasPoints ? 'No event' : 'Nothing'} came in the last minute`} />
      ) : (
        <StateMark tone="good" word={rateText(perMinute)} />
      )}
      {rejections?.since === undefined ? null : (
        <span>
          {hasPoints ? `${plural(samples.accepted, 'point')} of ${formatCount(samples.series)} series, ` : ''}
          {refused === 0 ? 'none refused' : `${plural(refused, 'record')} refused`} since{' '}
          <TimeText at={rejections.since} />
        </span>
      )}
    </span>
  );
}

/** Below one a second the count says more than the rate. */
function rateText(perMinute: number): string {
  if (perMinute < MINUTE_MS / 1_000) return `${plural(perMinute, 'event')} in the last minute`;
  return `${formatNumber(Number((perMinute / 60).toPrecision(3)))} events a second in the last minute`;
}

/** Whole steps only: the last one is still running. */
function lastMinute(rates: EventRatesAnswer, own: ReadonlySet<string>): number {
  const steps = MINUTE_MS / rates.stepMs;
  return rates.events
    .filter(({ name }) => !own.has(name))
    .reduce((sum, { counts }) => sum + counts.slice(-steps - 1, -1).reduce((part, count) => part + count, 0), 0);
}

const EXAMPLE_FIELDS = 2;

/** What the plan waits for first; else what it gets most, so that the example fits the fields that there are. */
function exampleEvent(fields: EventFieldsAnswer | undefined): ExampleEvent {
  const awaited = fields?.awaited[0];
  if (awaited !== undefined) return { name: awaited.name, fields: {} };
  const known = fields?.events.find(({ name, own }) => !own && !madeHere.has(name));
  if (known === undefined) return { name: 'order', fields: { amount: 7.5 } };
  const examples = known.fields
    .filter(({ name, share, example }) => share === 1 && name !== 'user' && example !== undefined && isShort(example))
    .slice(0, EXAMPLE_FIELDS);
  return {
    name: known.name,
    fields: Object.fromEntries(examples.map(({ name, example }) => [name, example ?? ''])),
  };
}

/** Events that Watchbill makes of what probes find and jobs say; nobody sends them as they are. */
const madeHere: ReadonlySet<string> = new Set(['check', 'heartbeat']);

function isShort(example: string | number | boolean): boolean {
  return String(example).length <= 24;
}
