import { TextInput } from '@mantine/core';
import { useMemo, useRef } from 'react';
import type { FigureStateAnswer } from '#contract/live.ts';
import { usePlanName } from '../../api/current-plan.ts';
import { useLive, useSettled } from '../../api/live.tsx';
import { useOverview, watchedSignals } from '../../api/overview.ts';
import { LinkedCursors } from '../../charts/cursor.tsx';
import { RangePicker } from '../../charts/range-picker.tsx';
import { useDeployments } from '../../charts/use-deployments.ts';
import { useAllSeries } from '../../charts/use-series.ts';
import { type PageRange, useTimeRange } from '../../charts/use-time-range.ts';
import { plural } from '../../format/numbers.ts';
import { Chips } from '../../kit/chips.tsx';
import { Page } from '../../kit/page.tsx';
import { useSearchValues } from '../../kit/search-value.ts';
import { useShortcut } from '../../kit/shortcuts.ts';
import { describeFailure, EmptyState, ErrorState, RowsSkeleton } from '../../kit/states.tsx';
import { trailsOf } from '../mission-control/stored-trails.ts';
import { worstReading } from '../mission-control/worst-reading.ts';
import { matchesState, matchesText, readFilter, type SignalFilter, signalFilters } from './signal-filter.ts';
import { SignalRow } from './signal-row.tsx';
import classes from './signals.module.css';

/** Every signal of the plan with its course, value and state. */
export function SignalsPage() {
  const plan = usePlanName();
  const { data: overview, error, refetch } = useOverview(plan);
  const page = useTimeRange(overview);
  const settled = useSettled();
  return (
    <LinkedCursors>
      <Page title="Signals" state={<Sentence plan={plan} />} actions={<RangePicker page={page} />}>
        {error !== null && overview === undefined ? (
          <ErrorState error={error} title="The signals could not be loaded" onRetry={() => void refetch()} />
        ) : overview === undefined || !settled ? (
          <RowsSkeleton rows={8} height={60} />
        ) : (
          <SignalList plan={plan} page={page} />
        )}
      </Page>
    </LinkedCursors>
  );
}

/** How every signal stands: a text that changes only when one of the states does. */
function useStates(plan: string): ReadonlyMap<string, FigureStateAnswer> {
  const { data: overview } = useOverview(plan);
  const known = useLive(({ plan: line }) => line !== undefined);
  const text = useLive((snapshot) =>
    (overview?.signals ?? [])
      .map(
        ({ name }) => `${name}\n${worstReading(snapshot.signals.get(name) ?? [])?.state ?? (known ? 'no data' : '')}`,
      )
      .join('\n\n'),
  );
  return useMemo(() => {
    const entries =
      text === '' ? [] : text.split('\n\n').map((line) => line.split('\n') as [string, FigureStateAnswer]);
    return new Map(entries);
  }, [text]);
}

function Sentence({ plan }: { readonly plan: string }) {
  const { data: overview } = useOverview(plan);
  const states = useStates(plan);
  const known = useLive((snapshot) => snapshot.plan !== undefined);
  if (overview === undefined || !known) return null;
  const watched = watchedSignals(overview);
  const attention = watched.filter(({ signal }) => matchesState('attention', states.get(signal.name) ?? 'no data'));
  const judged = watched.filter(({ objective }) => objective?.bands !== undefined).length;
  return (
    <>
      {plural(watched.length, 'signal')}, {judged} held against an objective.{' '}
      {attention.length === 0
        ? 'None needs attention.'
        : `${attention.length} need${attention.length === 1 ? 's' : ''} attention.`}
    </>
  );
}

function SignalList({ plan, page }: { readonly plan: string; readonly page: PageRange }) {
  const { data: overview } = useOverview(plan);
  const [search, change] = useSearchValues();
  const filter = readFilter(search.state);
  const query = search.q ?? '';
  const states = useStates(plan);
  const known = useLive((snapshot) => snapshot.plan !== undefined);
  const series = useAllSeries(plan, page);
  const stored = useMemo(() => (series.data === undefined ? undefined : trailsOf(series.data)), [series.data]);
  const deployments = useDeployments(plan, page);
  const marks = useMemo(() => deployments.map(({ at }) => at), [deployments]);
  const input = useRef<HTMLInputElement>(null);
  useShortcut('f', 'filter the list', () => input.current?.focus());
  if (overview === undefined) return null;

  const watched = watchedSignals(overview);
  if (watched.length === 0) {
    return (
      <EmptyState
        title="The plan has no signals yet"
        snippet={'signals:\n  error_rate: share(requests where status >= 500) over 5m, at least 20'}
      >
        A signal is a figure that Watchbill reads from what your product sends. Add one to the plan and apply it:
      </EmptyState>
    );
  }
  const stateOf = (name: string): FigureStateAnswer => states.get(name) ?? 'no data';
  const matching = watched.filter(({ signal }) => matchesText(query, [signal.name, signal.text, signal.by.join(' ')]));
  const shown = matching.filter(({ signal }) => matchesState(filter, stateOf(signal.name)));
  const count = (name: SignalFilter): number =>
    matching.filter(({ signal }) => matchesState(name, stateOf(signal.name))).length;
  return (
    <>
      <div className={classes.filters}>
        <TextInput
          ref={input}
          className={classes.search}
          type="search"
          size="sm"
          aria-label="Filter signals by name or definition"
          placeholder="Filter by name or definition"
          value={query}
          onChange={(event) => change({ q: event.currentTarget.value === '' ? undefined : event.currentTarget.value })}
          onKeyDown={(event) => {
            if (event.key === 'Escape') event.currentTarget.blur();
          }}
        />
        <Chips
          label="State"
          chosen={filter}
          choices={(Object.keys(signalFilters) as SignalFilter[])
            .filter((name) => name === 'all' || name === filter || count(name) > 0)
            .map((name) => ({ value: name, name: signalFilters[name].name, count: known ? count(name) : undefined }))}
          onChoose={(name) => change({ state: name === 'all' ? undefined : name })}
        />
      </div>
      {series.error === null ? null : (
        <p className={classes.notice} role="alert">
          The courses could not be loaded: {describeFailure(series.error).message} Values and states are live.{' '}
          <button type="button" data-in-text="" className={classes.textButton} onClick={() => void series.refetch()}>
            Try again
          </button>
        </p>
      )}
      {shown.length === 0 ? (
        <EmptyState title="No signal matches">
          {query === ''
            ? `No signal is “${signalFilters[filter].name.toLowerCase()}” now.`
            : `Nothing called “${query}” is in this list.`}{' '}
          <button
            type="button"
            data-in-text=""
            className={classes.textButton}
            onClick={() => change({ q: undefined, state: undefined })}
          >
            Show all {watched.length}
          </button>
        </EmptyState>
      ) : (
        <ul className={classes.list} aria-label="Signals">
          {shown.map(({ signal, objective }) => (
            <SignalRow
              key={signal.name}
              plan={plan}
              signal={signal}
              objective={objective}
              stored={stored}
              loading={series.isPending}
              range={page.stretch}
              live={page.live}
              marks={marks}
            />
          ))}
        </ul>
      )}
    </>
  );
}
