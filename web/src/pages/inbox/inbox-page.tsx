import { Button } from '@mantine/core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import type { InboxMessageAnswer } from '#contract/journal.ts';
import type { OverviewAnswer } from '#contract/overview.ts';
import { api } from '../../api/client.ts';
import { usePlanName } from '../../api/current-plan.ts';
import { useLive } from '../../api/live.tsx';
import { useOverview } from '../../api/overview.ts';
import { plural } from '../../format/numbers.ts';
import { formatSpan } from '../../format/times.ts';
import { Chips } from '../../kit/chips.tsx';
import { Page, Section } from '../../kit/page.tsx';
import { useSearchValues } from '../../kit/search-value.ts';
import { StateMark } from '../../kit/state-mark.tsx';
import { EmptyState, ErrorState, RowsSkeleton } from '../../kit/states.tsx';
import { TimeText } from '../../kit/time-text.tsx';
import type { Tone } from '../../kit/tone.ts';
import { paths } from '../../paths.ts';
import { useRefreshOn } from '../alerts/use-alerts.ts';
import classes from './inbox.module.css';
import { messageParts } from './message-parts.ts';

/** In the address, for who sees their own otherwise. */
const EVERYBODY = '*';
const FIRST = 50;
const MORE = 200;
/** With more people than this they stand in a list to choose from. */
const CHIPS = 8;

const steps: Readonly<Record<string, { readonly tone: Tone; readonly word: string }>> = {
  fired: { tone: 'critical', word: 'fired' },
  repeated: { tone: 'critical', word: 'still fires' },
  flapping: { tone: 'warning', word: 'flapping' },
  resolved: { tone: 'good', word: 'over' },
};

/** What Watchbill has told a person in its own inbox. */
export function InboxPage() {
  const plan = usePlanName();
  const { data: overview, error, refetch } = useOverview(plan);
  const [search, change] = useSearchValues();
  const own = overview?.people.find(({ you }) => you === true)?.name;
  const person = search.person === EVERYBODY ? undefined : (search.person ?? own);
  return (
    <Page title="Inbox" state={<Sentence person={person} own={own} known={overview !== undefined} />}>
      {error !== null && overview === undefined ? (
        <ErrorState error={error} title="The inbox could not be loaded" onRetry={() => void refetch()} />
      ) : overview === undefined ? (
        <Section title="Messages">
          <RowsSkeleton rows={6} height={72} />
        </Section>
      ) : (
        <>
          <PersonChoice overview={overview} person={person} own={own} onChoose={(name) => change({ person: name })} />
          <Messages key={person ?? ''} plan={plan} person={person} overview={overview} />
        </>
      )}
    </Page>
  );
}

function Sentence(props: {
  readonly person: string | undefined;
  readonly own: string | undefined;
  readonly known: boolean;
}) {
  const { person, own, known } = props;
  if (!known) return <> </>;
  if (person === undefined) return <>What everybody was told in Watchbill itself, the newest first.</>;
  return (
    <>{person === own ? 'What you were told' : `What ${person} was told`} in Watchbill itself, the newest first.</>
  );
}

interface PersonChoiceProps {
  readonly overview: OverviewAnswer;
  readonly person: string | undefined;
  readonly own: string | undefined;
  readonly onChoose: (name: string | undefined) => void;
}

function PersonChoice({ overview, person, own, onChoose }: PersonChoiceProps) {
  const names = overview.people.map(({ name }) => name);
  const choices = [
    ...names.map((name) => ({ value: name, name: name === own ? `${name} (you)` : name })),
    ...(person !== undefined && !names.includes(person) ? [{ value: person, name: person }] : []),
    { value: EVERYBODY, name: 'Everybody' },
  ];
  if (choices.length < 3 && own !== undefined && person === own) return null;
  const choose = (value: string): void => onChoose(value === (own ?? EVERYBODY) ? undefined : value);
  if (choices.length <= CHIPS) {
    return <Chips label="Person" choices={choices} chosen={person ?? EVERYBODY} onChoose={choose} />;
  }
  return (
    <label className={classes.choice}>
      Person{' '}
      <select value={person ?? EVERYBODY} onChange={(event) => choose(event.currentTarget.value)}>
        {choices.map(({ value, name }) => (
          <option key={value} value={value}>
            {name}
          </option>
        ))}
      </select>
    </label>
  );
}

interface MessagesProps {
  readonly plan: string;
  readonly person: string | undefined;
  readonly overview: OverviewAnswer;
}

function Messages({ plan, person, overview }: MessagesProps) {
  const [limit, setLimit] = useState(FIRST);
  const told = useLive((snapshot) => JSON.stringify(snapshot.plan?.notifications));
  const { data, error, refetch, isFetching } = useQuery({
    queryKey: ['inbox', plan, person, limit],
    queryFn: ({ signal }) => api.get('/plans/{plan}/inbox', { params: { plan }, query: { person, limit }, signal }),
    placeholderData: keepPreviousData,
  });
  useRefreshOn(['inbox', plan], told);
  return (
    <Section
      title="Messages"
      aside={
        data === undefined || data.length === 0
          ? undefined
          : data.length < limit
            ? plural(data.length, 'message')
            : `the newest ${limit}`
      }
    >
      {error !== null && data === undefined ? (
        <ErrorState error={error} title="The messages could not be loaded" onRetry={() => void refetch()} />
      ) : data === undefined ? (
        <RowsSkeleton rows={6} height={72} />
      ) : data.length === 0 ? (
        <NoMessages plan={plan} person={person ?? overview.people[0]?.name} />
      ) : (
        <ol className={classes.messages}>
          {data.map((message) => (
            <Message key={message.id} plan={plan} message={message} named={person === undefined} />
          ))}
        </ol>
      )}
      {data !== undefined && data.length >= limit ? (
        <Button variant="default" loading={isFetching} onClick={() => setLimit((before) => before + MORE)}>
          Show earlier messages
        </Button>
      ) : null}
    </Section>
  );
}

function NoMessages({ plan, person }: { readonly plan: string; readonly person: string | undefined }) {
  return (
    <EmptyState
      title="No messages yet"
      snippet={`severities:\n  urgent: { notify: [${person ?? 'mia'} by app], respond: 15m }`}
    >
      Who is told “by app” in the plan finds it here. <Link to={paths.deliveries(plan)}>The deliveries</Link> show what
      went by other channels.
    </EmptyState>
  );
}

interface MessageProps {
  readonly plan: string;
  readonly message: InboxMessageAnswer;
  /** Says whose it is. */
  readonly named: boolean;
}

function Message({ plan, message, named }: MessageProps) {
  const { tone, word } = steps[message.step] ?? { tone: 'neutral' as const, word: message.step };
  return (
    <li className={classes.message} data-message={message.id}>
      <StateMark tone={tone} word={word} />
      <div className={classes.words}>
        <Link to={paths.alert(plan, message.alert)} className={`${classes.title} wb-alone`}>
          {message.title}
        </Link>
        <p className={classes.text}>
          {messageParts(message).map((part) =>
            typeof part === 'string' ? part : <TimeText key={part.at} at={part.at} />,
          )}
        </p>
        <StandsNow alert={message.alert} step={message.step} />
      </div>
      <span className={classes.when}>
        {named ? `${message.person}, ` : ''}
        <TimeText at={message.at} />
      </span>
    </li>
  );
}

/** How the alert stands now, where the message is older than that. */
function StandsNow({ alert, step }: { readonly alert: string; readonly step: string }) {
  const live = useLive((snapshot) => snapshot.alerts.find((one) => one.alert === alert));
  if (live === undefined || step === 'resolved') return null;
  const lasted =
    live.openedAt === undefined ? '' : ` after ${formatSpan(Date.parse(live.since) - Date.parse(live.openedAt))}`;
  return (
    <span className={classes.now} data-live="">
      {live.state === 'resolved'
        ? `Now over${lasted}.`
        : live.state === 'resolving'
          ? 'Its condition is false: it is about to be over.'
          : live.acknowledged === undefined
            ? 'Still open, and nobody is on it.'
            : `Still open; ${live.acknowledged.by} takes care.`}
    </span>
  );
}
