import { Button } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { api } from '../../api/client.ts';
import { usePlanName } from '../../api/current-plan.ts';
import { useLive } from '../../api/live.tsx';
import { useOverview } from '../../api/overview.ts';
import { formatCount, plural } from '../../format/numbers.ts';
import { Chips } from '../../kit/chips.tsx';
import { Choice } from '../../kit/choice.tsx';
import { Page, Section } from '../../kit/page.tsx';
import { useSearchValues } from '../../kit/search-value.ts';
import { StateMark } from '../../kit/state-mark.tsx';
import { EmptyState, ErrorState, RowsSkeleton } from '../../kit/states.tsx';
import { useRefreshOn } from '../alerts/use-alerts.ts';
import classes from './deliveries.module.css';
import { DeliveryRow } from './delivery-row.tsx';

const PAGE = 50;
const filters = { all: 'All', failed: 'Failed', waiting: 'Waiting', sent: 'Sent' } as const;
type Filter = keyof typeof filters;

function readFilter(text: string | undefined): Filter {
  return text !== undefined && Object.hasOwn(filters, text) ? (text as Filter) : 'all';
}

/** The delivery log: every message to everybody, how it stands and each attempt. */
export function DeliveriesPage() {
  const plan = usePlanName();
  const [search, change] = useSearchValues();
  const { data: overview } = useOverview(plan);
  const filter = readFilter(search.state);
  const { data, error, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = useDeliveries(plan, filter, search);
  const deliveries = data?.pages.flatMap((page) => page.deliveries);
  const recipients = [
    ...(overview?.people ?? []).map(({ name }) => name),
    ...(deliveries ?? []).map(({ recipient }) => recipient),
    ...(search.recipient === undefined ? [] : [search.recipient]),
  ];
  const channels = ['app', ...(overview?.channels ?? []).map(({ name }) => name)];
  const filtered =
    filter !== 'all' || [search.channel, search.recipient, search.alert].some((one) => one !== undefined);
  const clear = (): void => change({ state: undefined, channel: undefined, recipient: undefined, alert: undefined });
  return (
    <Page title="Deliveries" state={<Sentence />}>
      <div className={classes.filters}>
        <Chips<Filter>
          label="State"
          chosen={filter}
          choices={(Object.keys(filters) as Filter[]).map((value) => ({ value, name: filters[value] }))}
          onChoose={(value) => change({ state: value === 'all' ? undefined : value })}
        />
        <Choice
          label="Channel"
          all="Every channel"
          value={search.channel}
          options={channels.map((name) => ({ value: name, name: name === 'app' ? 'inbox' : name }))}
          onChoose={(channel) => change({ channel })}
        />
        <Choice
          label="Recipient"
          all="Everybody"
          value={search.recipient}
          options={[...new Set(recipients)].sort().map((name) => ({ value: name, name }))}
          onChoose={(recipient) => change({ recipient })}
        />
        {search.alert === undefined ? null : (
          <Button variant="default" size="xs" onClick={() => change({ alert: undefined })}>
            {search.alert} ✕<span className="wb-spoken"> show all alerts</span>
          </Button>
        )}
      </div>
      <Section
        title="Messages"
        aside={deliveries === undefined || deliveries.length === 0 ? undefined : 'newest first'}
      >
        {error !== null && data === undefined ? (
          <ErrorState error={error} title="The deliveries could not be loaded" onRetry={() => void refetch()} />
        ) : deliveries === undefined ? (
          <RowsSkeleton rows={8} height={64} />
        ) : deliveries.length === 0 ? (
          filtered ? (
            <EmptyState
              title="No message matches"
              action={
                <Button variant="default" size="sm" onClick={clear}>
                  Show all messages
                </Button>
              }
            >
              {filter === 'failed' ? 'None has failed: everybody was reached.' : 'There is none with all of these.'}
            </EmptyState>
          ) : (
            <EmptyState
              title="Nobody had to be told anything yet"
              snippet={'severities:\n  urgent: { notify: [mia by app], respond: 15m }'}
            >
              When an alert fires, each message to each person stands here with every attempt. Whom a severity tells is
              written in the plan:
            </EmptyState>
          )
        ) : (
          <ul className={classes.list}>
            {deliveries.map((delivery) => (
              <DeliveryRow key={delivery.id} plan={plan} delivery={delivery} />
            ))}
          </ul>
        )}
      </Section>
      {hasNextPage ? (
        <Button variant="default" loading={isFetchingNextPage} onClick={() => void fetchNextPage()}>
          Show earlier messages
        </Button>
      ) : null}
    </Page>
  );
}

function useDeliveries(plan: string, filter: Filter, search: Readonly<Record<string, string | undefined>>) {
  const { channel, recipient, alert } = search;
  const changes = useLive((snapshot) => JSON.stringify(snapshot.plan?.notifications));
  const query = useInfiniteQuery({
    queryKey: ['deliveries', plan, filter, channel, recipient, alert],
    initialPageParam: undefined as number | undefined,
    queryFn: ({ signal, pageParam }) =>
      api.get('/plans/{plan}/deliveries', {
        params: { plan },
        query: {
          state: filter === 'all' ? undefined : filter,
          channel,
          recipient,
          alert,
          before: pageParam,
          limit: PAGE,
        },
        signal,
      }),
    getNextPageParam: ({ next }) => next,
  });
  useRefreshOn(['deliveries', plan], changes);
  return query;
}

/** How many messages there are of each kind, live. */
function Sentence() {
  const counts = useLive((snapshot) => snapshot.plan?.notifications);
  if (counts === undefined) return <> </>;
  const sum = (...states: readonly string[]): number =>
    states.reduce((total, state) => total + (counts[state] ?? 0), 0);
  const failed = sum('failed');
  const again = sum('retry_at');
  const waiting = sum('pending', 'leased');
  const sent = sum('accepted', 'delivered');
  return (
    <span className={classes.sentence} data-live="">
      {failed > 0 ? (
        <StateMark tone="critical" word={`${plural(failed, 'message')} failed`} />
      ) : again > 0 ? (
        <StateMark tone="warning" word={`${plural(again, 'message is', 'messages are')} tried again`} />
      ) : (
        <StateMark
          tone={sent + waiting === 0 ? 'neutral' : 'good'}
          word={sent + waiting === 0 ? 'No messages yet' : 'None failed'}
        />
      )}
      <span>
        {formatCount(sent)} sent{failed === 0 || again === 0 ? '' : `, ${formatCount(again)} tried again`}
        {waiting === 0 ? '' : `, ${formatCount(waiting)} waiting`}
        {sum('unknown') === 0 ? '' : `, ${formatCount(sum('unknown'))} not known`}
      </span>
    </span>
  );
}
