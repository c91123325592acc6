import { Button, Drawer } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useCallback, useRef, useState } from 'react';
import { ApiFailure } from '#contract/client.ts';
import type { QuerySyntax } from '#contract/logs.ts';
import { usePlanName } from '../../api/current-plan.ts';
import { useSettled } from '../../api/live.tsx';
import { useOverview } from '../../api/overview.ts';
import { RangePicker } from '../../charts/range-picker.tsx';
import type { Stretch } from '../../charts/time-range.ts';
import { useTimeRange } from '../../charts/use-time-range.ts';
import { formatCount, plural } from '../../format/numbers.ts';
import { formatMoment } from '../../format/times.ts';
import { Chips } from '../../kit/chips.tsx';
import { Page, Section } from '../../kit/page.tsx';
import { useSearchValues } from '../../kit/search-value.ts';
import { StateMark } from '../../kit/state-mark.tsx';
import { BlockSkeleton, EmptyState, ErrorState, RowsSkeleton } from '../../kit/states.tsx';
import { EmptyLogs } from './empty-logs.tsx';
import { Facets } from './facets.tsx';
import { Histogram } from './histogram.tsx';
import { LogList } from './log-list.tsx';
import classes from './logs.module.css';
import { narrow } from './narrow.ts';
import { SearchBox } from './search-box.tsx';
import { type LogSearch, useLogPages, useLogSummary, useSearches } from './use-logs.ts';
import { type Tail, useTail } from './use-tail.ts';

const EVENTS = 'log,error';
const FIELDS = ['level', 'service'];
const FIELDS_MOST = 8;

type Value = string | number | boolean;

/** Logs: what is looked for, how much of it there was when, by what values, and the lines. */
export function LogsPage() {
  const plan = usePlanName();
  const { data: overview, error: planError } = useOverview(plan);
  const settled = useSettled();
  const page = useTimeRange(overview);
  const [values, change] = useSearchValues();
  const searches = useSearches(plan);
  const client = useQueryClient();
  const [live, setLive] = useState(false);
  const [paused, setPaused] = useState(false);
  const [sheet, setSheet] = useState(false);
  const query = values.q ?? '';
  const syntax = values.syntax === 'lucene' || values.syntax === 'plan' ? values.syntax : undefined;
  const search: LogSearch = { query, syntax, search: values.search, events: values.events ?? EVENTS };
  const fields = values.fields === undefined ? FIELDS : [...new Set([...FIELDS, ...values.fields.split(',')])];
  const latest = useRef<Stretch>(page.stretch);
  latest.current = page.stretch;
  const asked = {
    plan,
    search,
    rangeKey: page.key,
    stretch: () => latest.current,
    live: page.live,
    ready: settled && (overview !== undefined || planError !== null),
  };
  const pages = useLogPages(asked);
  const summary = useLogSummary({ ...asked, fields });
  const tail = useTail(plan, search, live, paused);
  const understood: QuerySyntax | undefined = pages.data?.pages[0]?.syntax;

  const ask = (next: string): void => {
    change({ q: next.trim() === '' ? undefined : next });
    // The same again is asked anew: there may be newer lines.
    if (next === query)
      void client.invalidateQueries({ predicate: ({ queryKey }) => String(queryKey[0]).startsWith('logs') });
  };
  const filter = useCallback(
    (field: string, value: Value, against: boolean): void => {
      const next = narrow(query, understood ?? 'lucene', field, value, against);
      if (next !== undefined) change({ q: next });
      setSheet(false);
    },
    [query, understood, change],
  );
  const lines = live ? tail.lines : (pages.data?.pages.flatMap((one) => one.lines) ?? []);
  const last = pages.data?.pages.at(-1);
  const { fetchNextPage, hasNextPage, isFetching } = pages;
  const more = useCallback((): void => {
    if (hasNextPage && !isFetching) void fetchNextPage();
  }, [hasNextPage, isFetching, fetchNextPage]);
  const unreadable = pages.error instanceof ApiFailure && pages.error.code === 'search-unreadable';
  const known = new Set(fields);
  const others = [...new Set(lines.slice(0, 200).flatMap(({ attributes }) => Object.keys(attributes)))]
    .filter((name) => !known.has(name) && name !== 'message' && name !== 'stack' && !name.includes(','))
    .toSorted();
  const facets =
    summary.data === undefined ? undefined : (
      <Facets
        summary={summary.data}
        others={fields.length < FIELDS_MOST ? others : []}
        onFilter={filter}
        onAdd={(field) => field === '' || change({ fields: [...fields, field].join(',') })}
        onRemove={(field) => change({ fields: fields.filter((one) => one !== field).join(',') })}
      />
    );
  const nothingAsked = query.trim() === '' && search.search === undefined;
  return (
    <Page
      title="Logs"
      state={
        <Sentence
          total={unreadable ? undefined : summary.data?.total}
          sampled={(summary.data?.sampledOneIn ?? 1) > 1}
          live={live}
          paused={paused}
          tail={tail}
        />
      }
      actions={
        <>
          {live ? (
            <Button
              variant="default"
              className={classes.tap}
              aria-pressed={paused}
              onClick={() => setPaused((before) => !before)}
            >
              {paused ? 'Go on' : 'Pause'}
            </Button>
          ) : null}
          <Button
            variant={live ? 'filled' : 'default'}
            className={classes.tap}
            aria-pressed={live}
            onClick={() => {
              setLive((before) => !before);
              setPaused(false);
            }}
          >
            Live
          </Button>
        </>
      }
    >
      <SearchBox
        plan={plan}
        query={query}
        syntax={syntax}
        understood={understood}
        error={pages.error}
        onSearch={ask}
        onSyntax={(next) => change({ syntax: next })}
      />
      <div className={classes.choices}>
        {searches.data === undefined || searches.data.searches.length === 0 ? null : (
          <Chips
            label="Searches of the plan"
            chosen={search.search ?? ''}
            choices={[{ value: '', name: 'All' }, ...searches.data.searches.map(({ name }) => ({ value: name, name }))]}
            onChoose={(name) => change({ search: name === '' ? undefined : name })}
          />
        )}
        {search.search !== undefined ? (
          <code className={classes.searchText}>
            {searches.data?.searches.find(({ name }) => name === search.search)?.text}
          </code>
        ) : (
          <Chips
            label="Kind of lines"
            chosen={search.events}
            choices={[
              { value: EVENTS, name: 'Logs and errors' },
              { value: 'log', name: 'Logs' },
              { value: 'error', name: 'Errors' },
            ]}
            onChoose={(events) => change({ events: events === EVENTS ? undefined : events })}
          />
        )}
        {live ? null : <RangePicker page={page} />}
      </div>
      {live || unreadable ? null : (
        <Section title="Over time" aside={<HistogramAside error={summary.error} />}>
          {summary.data === undefined ? (
            summary.error === null ? (
              <BlockSkeleton height={124} />
            ) : (
              <ErrorState
                error={summary.error}
                title="They could not be counted"
                onRetry={() => void summary.refetch()}
              />
            )
          ) : (
            <Histogram summary={summary.data} now={page.now} onNarrow={page.zoom} />
          )}
        </Section>
      )}
      <div className={classes.columns}>
        <div className={classes.side}>
          {live || unreadable ? null : (facets ?? <RowsSkeleton rows={6} height={28} />)}
        </div>
        <Section
          title={live ? 'As they come' : 'Lines'}
          aside={
            live ? undefined : (
              <Button size="xs" variant="default" className={classes.openSheet} onClick={() => setSheet(true)}>
                Filter
              </Button>
            )
          }
        >
          {live ? <TailNotes tail={tail} paused={paused} onGoOn={() => setPaused(false)} /> : null}
          {!live && pages.error !== null && (pages.data === undefined || unreadable) ? (
            unreadable ? (
              <p className={classes.quiet}>Nothing was looked for: the search cannot be read.</p>
            ) : (
              <ErrorState
                error={pages.error}
                title="The lines could not be loaded"
                onRetry={() => void pages.refetch()}
              />
            )
          ) : !live && pages.data === undefined ? (
            <RowsSkeleton rows={12} height={32} />
          ) : lines.length === 0 ? (
            live ? (
              <EmptyState title="Nothing has come yet">
                Lines stand here about two seconds after they were sent.
              </EmptyState>
            ) : nothingAsked && page.range.kind !== 'between' ? (
              <EmptyLogs plan={plan} />
            ) : last?.complete === false ? null : (
              <EmptyState title="Nothing was found">
                Nothing in this range fits. Take a longer one above, or leave something out of the search.
              </EmptyState>
            )
          ) : (
            <LogList plan={plan} lines={lines} onFilter={filter} onEnd={live ? undefined : more} />
          )}
          {live || unreadable || last === undefined ? null : (
            <p className={classes.foot} data-complete={last.complete}>
              {last.complete ? (
                <>
                  {plural(lines.length, 'line')} shown{hasNextPage ? '' : ', the whole range'}.
                  {last.segmentsWaiting > 0 ? ' The newest are still on their way to the store.' : ''}
                </>
              ) : (
                <StateMark
                  tone="warning"
                  word={`Looked back to ${formatMoment(Date.parse(last.searchedTo), page.now)} only: the search took too long. Take a shorter range, one service, or words that fewer lines have.`}
                />
              )}
            </p>
          )}
        </Section>
      </div>
      {sheet ? (
        <Drawer
          opened
          onClose={() => setSheet(false)}
          position="bottom"
          size="75%"
          title="Filter"
          closeButtonProps={{ 'aria-label': 'Close' }}
        >
          {facets}
        </Drawer>
      ) : null}
    </Page>
  );
}

function HistogramAside({ error }: { readonly error: unknown }) {
  return error === null ? <>Drag over it to narrow the range</> : null;
}

interface SentenceProps {
  readonly total: number | undefined;
  readonly sampled: boolean;
  readonly live: boolean;
  readonly paused: boolean;
  readonly tail: Tail;
}

function Sentence({ total, sampled, live, paused, tail }: SentenceProps) {
  if (live) {
    if (tail.problem !== undefined) return <StateMark tone="warning" word={tail.problem} />;
    return <StateMark tone={paused ? 'none' : 'good'} word={paused ? 'Paused' : 'Follows what comes'} />;
  }
  if (total === undefined) return <> </>;
  return <span data-total={total}>{sampled ? `about ${formatCount(total)} lines` : plural(total, 'line')}</span>;
}

interface TailNotesProps {
  readonly tail: Tail;
  readonly paused: boolean;
  readonly onGoOn: () => void;
}

function TailNotes({ tail, paused, onGoOn }: TailNotesProps) {
  return (
    <p className={classes.notes} role="status">
      {paused && tail.waiting > 0 ? (
        <button type="button" className={classes.link} onClick={onGoOn}>
          {plural(tail.waiting, 'new line')} waiting
        </button>
      ) : null}
      {tail.skipped > 0 ? (
        <StateMark
          tone="warning"
          word={`${plural(tail.skipped, 'line')} left out: more came than can be read. Search to narrow them.`}
        />
      ) : null}
    </p>
  );
}
