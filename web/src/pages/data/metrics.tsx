import { TextInput } from '@mantine/core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useDeferredValue } from 'react';
import type { MetricNameAnswer, MetricNamesAnswer } from '#contract/metrics.ts';
import { api } from '../../api/client.ts';
import { formatCount, formatNumber } from '../../format/numbers.ts';
import { Section } from '../../kit/page.tsx';
import { useSearchValues } from '../../kit/search-value.ts';
import { EmptyState, ErrorState, RowsSkeleton } from '../../kit/states.tsx';
import { TimeText } from '../../kit/time-text.tsx';
import classes from './data.module.css';

const EVERY_MS = 15_000;
const SHOWN = 100;
const PRECISION = 6;

/** Which metrics come, found by a part of their name, so that the right one can be written into the plan. */
export function Metrics({ plan }: { readonly plan: string }) {
  const [{ metric = '' }, change] = useSearchValues();
  const name = useDeferredValue(metric.trim());
  const { data, error, refetch } = useQuery({
    queryKey: ['metrics', plan, name],
    queryFn: ({ signal }) =>
      api.get('/plans/{plan}/metrics', { params: { plan }, query: { name, limit: SHOWN }, signal }),
    refetchInterval: EVERY_MS,
    placeholderData: keepPreviousData,
  });
  const isEmpty = data !== undefined && data.metrics.length === 0;
  return (
    <Section title="Metrics" aside="the last two days">
      {isEmpty && metric === '' ? null : (
        <TextInput
          className={classes.metricSearch}
          type="search"
          size="sm"
          aria-label="Part of a metric’s name"
          placeholder="Part of a name, e.g. http_requests"
          value={metric}
          onChange={(event) => change({ metric: event.currentTarget.value || undefined })}
        />
      )}
      {error !== null && data === undefined ? (
        <ErrorState error={error} title="The metrics could not be loaded" onRetry={() => void refetch()} />
      ) : data === undefined ? (
        <RowsSkeleton rows={4} height={32} />
      ) : isEmpty ? (
        <EmptyState title={metric === '' ? 'No metrics in the last two days' : `No metric’s name holds “${name}”`}>
          {metric === ''
            ? 'Scrape targets, remote write of Prometheus and OpenTelemetry bring them; their names stand here then.'
            : 'Names of the last two days are looked through.'}
        </EmptyState>
      ) : (
        <MetricTable data={data} />
      )}
    </Section>
  );
}

function MetricTable({ data: { metrics, more } }: { readonly data: MetricNamesAnswer }) {
  return (
    <>
      <p className={classes.quiet}>
        A source of the plan reads one by its name: <code>samples "{metrics[0]?.name}"</code>.
      </p>
      <table className={`${classes.table} ${classes.metrics}`}>
        <thead>
          <tr>
            <th scope="col">Name</th>
            <th scope="col">Kind</th>
            <th scope="col">Series</th>
            <th scope="col">Latest value</th>
            <th scope="col" className={classes.metricLabels}>
              Labels
            </th>
          </tr>
        </thead>
        <tbody>
          {metrics.map((metric) => (
            <MetricRow key={metric.name} metric={metric} />
          ))}
        </tbody>
      </table>
      {more ? (
        <p className={classes.quiet}>These are the first {SHOWN} names. Write more of the name to see others.</p>
      ) : null}
    </>
  );
}

function MetricRow({ metric }: { readonly metric: MetricNameAnswer }) {
  const { name, kind, series, labels, lastAt, lastValue } = metric;
  return (
    <tr data-metric={name}>
      <th scope="row">
        <code className={classes.metricName}>{name}</code>
      </th>
      <td>{kind}</td>
      <td>{formatCount(series)}</td>
      <td>
        {lastAt === undefined || lastValue === undefined ? (
          <span className={classes.quiet}>none in the last hour</span>
        ) : (
          <>
            {formatNumber(Number(lastValue.toPrecision(PRECISION)))}{' '}
            <span className={classes.quiet}>
              <TimeText at={lastAt} show="age" />
            </span>
          </>
        )}
      </td>
      <td className={classes.metricLabels}>{labels.join(', ')}</td>
    </tr>
  );
}
