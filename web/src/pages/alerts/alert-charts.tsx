import { Link } from '@tanstack/react-router';
import { useMemo } from 'react';
import type { AlertDetailAnswer } from '#contract/alerts.ts';
import type { OverviewAnswer } from '#contract/overview.ts';
import { type ChartSeries, groupKey } from '../../charts/chart-lines.ts';
import { RangePicker } from '../../charts/range-picker.tsx';
import { TimeChart } from '../../charts/time-chart.tsx';
import { rangeAround } from '../../charts/time-range.ts';
import { useDeployments } from '../../charts/use-deployments.ts';
import { type PageRange, useTimeRange } from '../../charts/use-time-range.ts';
import { Section } from '../../kit/page.tsx';
import { BlockSkeleton, ErrorState } from '../../kit/states.tsx';
import { paths } from '../../paths.ts';
import { useShownLines } from '../signals/use-shown-lines.ts';
import classes from './alert.module.css';
import { limitsOf, type RelatedSignal, relatedSignals } from './related-signals.ts';

const CHARTS = 2;
const HEIGHT = 220;

interface AlertChartsProps {
  readonly plan: string;
  readonly detail: AlertDetailAnswer;
  readonly overview: OverviewAnswer | undefined;
}

/** The figures around the alert, with its span, the thresholds and one time range for all. */
export function AlertCharts({ plan, detail, overview }: AlertChartsProps) {
  const { alert } = detail;
  const around = useMemo(() => {
    const ended = alert.resolvedAt === undefined ? undefined : Date.parse(alert.resolvedAt);
    return rangeAround(Date.parse(alert.openedAt), ended, Date.now());
  }, [alert.openedAt, alert.resolvedAt]);
  const page = useTimeRange(overview, around);
  const rule = overview?.rules.find(({ name }) => name === alert.rule);
  const related = useMemo(
    () => (overview === undefined || rule === undefined ? [] : relatedSignals(rule, overview.signals, CHARTS)),
    [overview, rule],
  );
  if (overview !== undefined && related.length === 0) return null;
  return (
    <Section title="Around it">
      <RangePicker page={page} />
      {overview === undefined ? <BlockSkeleton height={HEIGHT + 66} /> : null}
      {related.map((one) => (
        <RelatedChart key={one.signal.name} plan={plan} page={page} related={one} detail={detail} />
      ))}
    </Section>
  );
}

interface RelatedChartProps {
  readonly plan: string;
  readonly page: PageRange;
  readonly related: RelatedSignal;
  readonly detail: AlertDetailAnswer;
}

function RelatedChart({ plan, page, related, detail }: RelatedChartProps) {
  const { signal, read } = related;
  const { series, lines, error, retry } = useShownLines(plan, signal.name, page);
  const deployments = useDeployments(plan, page);
  const { alert } = detail;
  const own = lines.filter(({ key }) => key === groupKey(alert.group));
  const shown = own.length > 0 ? own : lines.slice(0, 4);
  const drawn = useMemo(() => (series === undefined ? undefined : withAlert(series, detail)), [series, detail]);
  return (
    <div className={classes.chart}>
      <h3 className={classes.chartTitle}>
        <Link to={paths.signal(plan, signal.name)} className="wb-alone">
          {signal.name}
        </Link>
        {read ? null : <span className={classes.quiet}> from the same events</span>}
      </h3>
      {drawn !== undefined ? (
        <TimeChart
          series={drawn}
          shown={shown}
          range={page.stretch}
          now={page.now}
          phases={page.times.phases}
          launch={page.times.launch}
          deployments={deployments}
          height={HEIGHT}
          alertAddress={(id) => paths.alert(plan, id)}
          alert={alert.alert}
          onZoom={page.zoom}
        />
      ) : error === null ? (
        <BlockSkeleton height={HEIGHT + 66} />
      ) : (
        <div style={{ minHeight: HEIGHT + 66 }}>
          <ErrorState error={error} title="The course could not be loaded" onRetry={retry} />
        </div>
      )}
    </div>
  );
}

/** The rule's limits; and the alert's own span, which is there also where its rule does not read the signal, and its end is known at once. */
function withAlert(series: ChartSeries, detail: AlertDetailAnswer): ChartSeries {
  const { alert } = detail;
  const span = {
    alert: alert.alert,
    rule: alert.rule,
    group: alert.group,
    severity: alert.severity,
    from: Date.parse(alert.openedAt),
    to: alert.resolvedAt === undefined ? undefined : Date.parse(alert.resolvedAt),
  };
  return {
    ...series,
    limits: limitsOf(series.signal, detail.evidence),
    alerts: [span, ...series.alerts.filter((other) => other.alert !== alert.alert)],
  };
}
