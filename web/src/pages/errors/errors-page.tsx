import { Button, TextInput } from '@mantine/core';
import { type FormEvent, useEffect, useState } from 'react';
import type { ErrorListAnswer } from '#contract/errors.ts';
import { usePlanName } from '../../api/current-plan.ts';
import { useOverview } from '../../api/overview.ts';
import { RangePicker } from '../../charts/range-picker.tsx';
import type { TimeRange } from '../../charts/time-range.ts';
import { useTimeRange } from '../../charts/use-time-range.ts';
import { formatCount, plural } from '../../format/numbers.ts';
import { Chips } from '../../kit/chips.tsx';
import { Choice } from '../../kit/choice.tsx';
import { Page, Section } from '../../kit/page.tsx';
import { useSearchValues } from '../../kit/search-value.ts';
import { StateMark } from '../../kit/state-mark.tsx';
import { EmptyState, ErrorState, RowsSkeleton } from '../../kit/states.tsx';
import { EmptyErrors } from './empty-errors.tsx';
import { ErrorRow } from './error-row.tsx';
import classes from './errors.module.css';
import {
  type ErrorFilter,
  type ErrorSort,
  errorSorts,
  errorStates,
  type ErrorState as State,
  useErrors,
} from './use-errors.ts';

/** An error of yesterday is still one. */
const RANGE: TimeRange = { kind: 'latest', name: '24h' };
const states = { open: 'Open', resolved: 'Resolved', ignored: 'Ignored', all: 'All' } as const;
type Shown = keyof typeof states;

/** Groups of errors: what breaks, how often, for how many, since when. */
export function ErrorsPage() {
  const plan = usePlanName();
  const { data: overview } = useOverview(plan);
  const page = useTimeRange(overview, RANGE);
  const [search, change] = useSearchValues();
  const shown: Shown = Object.hasOwn(states, search.state ?? '') ? (search.state as Shown) : 'open';
  const filter: ErrorFilter = {
    state: shown === 'all' ? undefined : errorStates.find((state): state is State => state === shown),
    service: search.service,
    environment: search.environment,
    release: search.release,
    level: search.level,
    text: search.text,
    sort: Object.hasOwn(errorSorts, search.sort ?? '') ? (search.sort as ErrorSort) : 'last',
  };
  const { data, error, refetch } = useErrors(plan, filter, page);
  const narrowed = [filter.service, filter.environment, filter.release, filter.level, filter.text].some(
    (one) => one !== undefined,
  );
  const clear = (): void =>
    change({
      state: undefined,
      service: undefined,
      environment: undefined,
      release: undefined,
      level: undefined,
      text: undefined,
    });
  return (
    <Page title="Errors" state={data === undefined ? ' ' : <Sentence list={data} shown={shown} />}>
      <div className={classes.filters}>
        <Chips<Shown>
          label="State"
          chosen={shown}
          choices={(Object.keys(states) as Shown[]).map((value) => ({ value, name: states[value] }))}
          onChoose={(state) => change({ state: state === 'open' ? undefined : state })}
        />
        <RangePicker page={page} />
      </div>
      <div className={classes.filters}>
        <TextFilter text={filter.text} onSearch={(text) => change({ text })} />
        <Narrow
          label="Service"
          all="Every service"
          value={search.service}
          values={data?.services}
          onChoose={(service) => change({ service })}
        />
        <Narrow
          label="Environment"
          all="Every environment"
          value={search.environment}
          values={data?.environments}
          onChoose={(environment) => change({ environment })}
        />
        <Narrow
          label="Release"
          all="Every release"
          value={search.release}
          values={data?.releases}
          onChoose={(release) => change({ release })}
        />
        <Narrow
          label="Level"
          all="Every level"
          value={search.level}
          values={data?.levels}
          onChoose={(level) => change({ level })}
        />
        <Choice
          label="Order"
          all={`Order: ${errorSorts.last}`}
          value={filter.sort === 'last' ? undefined : filter.sort}
          options={(Object.keys(errorSorts) as ErrorSort[])
            .filter((sort) => sort !== 'last')
            .map((sort) => ({ value: sort, name: `Order: ${errorSorts[sort]}` }))}
          onChoose={(sort) => change({ sort })}
        />
      </div>
      <Section
        title="Groups"
        aside={
          data !== undefined && data.groupsThere > data.groups.length
            ? `${formatCount(data.groups.length)} of ${formatCount(data.groupsThere)}`
            : undefined
        }
      >
        {error !== null && data === undefined ? (
          <ErrorState error={error} title="The errors could not be loaded" onRetry={() => void refetch()} />
        ) : data === undefined ? (
          <RowsSkeleton rows={6} height={76} />
        ) : data.groups.length > 0 ? (
          <ul className={classes.list}>
            {data.groups.map((group) => (
              <ErrorRow key={group.error} plan={plan} group={group} />
            ))}
          </ul>
        ) : narrowed || shown !== 'open' || data.services.length + data.levels.length + data.releases.length > 0 ? (
          <EmptyState
            title={
              narrowed
                ? 'No error matches'
                : shown === 'open'
                  ? 'Nothing is open'
                  : `Nothing is ${shown === 'all' ? 'there' : shown}`
            }
            action={
              <Button variant="default" size="sm" onClick={narrowed ? clear : () => change({ state: 'all' })}>
                Show all errors
              </Button>
            }
          >
            {narrowed ? 'There is none with all of these in this time.' : 'There is no such group in this time.'}
          </EmptyState>
        ) : (
          <EmptyErrors plan={plan} />
        )}
      </Section>
    </Page>
  );
}

function Sentence({ list, shown }: { readonly list: ErrorListAnswer; readonly shown: Shown }) {
  const returned = list.groups.filter(({ state, regressedAt }) => state === 'open' && regressedAt !== undefined).length;
  const fresh = list.groups.filter(({ state, isNew }) => state === 'open' && isNew).length;
  const total = `${plural(list.errors, 'error')} in ${plural(list.groupsThere, 'group')}`;
  return (
    <span className={classes.sentence} data-live="">
      {list.groupsThere === 0 ? (
        <StateMark
          tone={shown === 'open' ? 'good' : 'neutral'}
          word={shown === 'open' ? 'No open errors in this time' : 'None in this time'}
        />
      ) : returned > 0 ? (
        <StateMark tone="critical" word={`${plural(returned, 'group')} came back`} />
      ) : fresh > 0 ? (
        <StateMark tone="critical" word={plural(fresh, 'new group')} />
      ) : (
        <StateMark
          tone={shown === 'open' ? 'warning' : 'neutral'}
          word={`${plural(list.groupsThere, 'group')}, none of them new`}
        />
      )}
      {list.groupsThere === 0 ? null : <span>{total}</span>}
      {list.segmentsWaiting > 1 ? (
        <span>{plural(list.segmentsWaiting, 'part')} of the data still on the way</span>
      ) : null}
    </span>
  );
}

interface NarrowProps {
  readonly label: string;
  readonly all: string;
  readonly value: string | undefined;
  readonly values: readonly string[] | undefined;
  readonly onChoose: (value: string | undefined) => void;
}

/** A filter by what there is; it is not there while there is nothing to choose from. */
function Narrow({ label, all, value, values = [], onChoose }: NarrowProps) {
  const options = [...new Set([...values, ...(value === undefined ? [] : [value])])].sort();
  if (options.length < 2 && value === undefined) return null;
  return (
    <Choice
      label={label}
      all={all}
      value={value}
      options={options.map((name) => ({ value: name, name }))}
      onChoose={onChoose}
    />
  );
}

function TextFilter({
  text = '',
  onSearch,
}: {
  readonly text: string | undefined;
  readonly onSearch: (text: string | undefined) => void;
}) {
  const [typed, setTyped] = useState(text);
  useEffect(() => setTyped(text), [text]);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    onSearch(typed.trim() === '' ? undefined : typed.trim());
  };
  return (
    <form className={classes.text} onSubmit={submit}>
      <TextInput
        type="search"
        aria-label="Search in types and messages"
        placeholder="Type or message"
        maxLength={500}
        value={typed}
        onChange={(event) => setTyped(event.currentTarget.value)}
      />
    </form>
  );
}
