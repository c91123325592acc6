import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useMemo } from 'react';
import { ApiFailure } from '#contract/client.ts';
import { api } from '../../api/client.ts';
import { useParameter, usePlanName } from '../../api/current-plan.ts';
import { formatFigureText, plural } from '../../format/numbers.ts';
import { CopyButton } from '../../kit/copy-button.tsx';
import { Page, Section } from '../../kit/page.tsx';
import { useSearchValues } from '../../kit/search-value.ts';
import { StateMark } from '../../kit/state-mark.tsx';
import { BlockSkeleton, EmptyState, ErrorState, RowsSkeleton } from '../../kit/states.tsx';
import { TimeText } from '../../kit/time-text.tsx';
import { paths } from '../../paths.ts';
import { MarkList } from './mark-list.tsx';
import { type TraceView, viewTrace } from './spans.ts';
import classes from './traces.module.css';
import { Waterfall } from './waterfall.tsx';

/** One trace: which service did what when, what failed, and what was logged meanwhile. */
export function TracePage() {
  const plan = usePlanName();
  const trace = useParameter('trace');
  const [{ at }] = useSearchValues();
  const { data, error, refetch } = useQuery({
    queryKey: ['trace', plan, trace],
    queryFn: ({ signal }) =>
      api.get('/plans/{plan}/traces/{trace}', {
        params: { plan, trace },
        query: at === undefined ? {} : { at },
        signal,
      }),
    // Spans of one trace arrive one after the other.
    staleTime: 5_000,
  });
  const view = useMemo(() => (data === undefined ? undefined : viewTrace(data.events)), [data]);
  const missing = error instanceof ApiFailure && error.code === 'not-found';
  const title = view?.spans[0]?.name ?? 'Trace';
  return (
    <Page
      title={title}
      state={view === undefined ? ' ' : <Sentence view={view} />}
      actions={<CopyButton what="Trace id" value={trace} />}
    >
      {error !== null && data === undefined ? (
        missing ? (
          <Section title="Trace">
            <EmptyState title="Nothing carries this trace id" action={<Link to={paths.logs(plan)}>All logs</Link>}>
              {error.message} What was just sent is here a second or two later.
            </EmptyState>
          </Section>
        ) : (
          <Section title="Trace">
            <ErrorState error={error} title="The trace could not be loaded" onRetry={() => void refetch()} />
          </Section>
        )
      ) : view === undefined ? (
        <>
          <BlockSkeleton height={48} />
          <RowsSkeleton rows={8} height={36} />
        </>
      ) : (
        <>
          {data?.cut === true ? (
            <StateMark tone="warning" word="The trace has more than 2,000 parts; these are the earliest." />
          ) : null}
          {view.spans.length === 0 ? null : (
            <Section title={plural(view.spans.length, 'span')}>
              <Waterfall plan={plan} view={view} />
            </Section>
          )}
          {view.loose.length === 0 ? null : (
            <Section title="Outside of any span">
              <MarkList marks={view.loose} startMs={view.startMs} />
            </Section>
          )}
          <p className={classes.id}>
            Trace <code>{trace}</code>
          </p>
        </>
      )}
    </Page>
  );
}

function Sentence({ view }: { readonly view: TraceView }) {
  const { startMs, endMs, services, errors } = view;
  return (
    <span className={classes.sentence}>
      {errors === 0 ? (
        <StateMark tone="good" word="No errors" />
      ) : (
        <StateMark tone="critical" word={plural(errors, 'error')} />
      )}
      <span>
        {formatFigureText(endMs - startMs, 'ms')} in {plural(services.length, 'service')}
        {services.length === 0 ? '' : `: ${services.slice(0, 5).join(', ')}`}
      </span>
      <span>
        <TimeText at={startMs} />
      </span>
    </span>
  );
}
