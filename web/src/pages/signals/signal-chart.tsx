import type { SignalAnswer } from '#contract/overview.ts';
import { Legend } from '../../charts/legend.tsx';
import { TimeChart } from '../../charts/time-chart.tsx';
import { useDeployments } from '../../charts/use-deployments.ts';
import type { PageRange } from '../../charts/use-time-range.ts';
import { plural } from '../../format/numbers.ts';
import { BlockSkeleton, ErrorState } from '../../kit/states.tsx';
import { TimeText } from '../../kit/time-text.tsx';
import { paths } from '../../paths.ts';
import classes from './signal.module.css';
import type { ShownLines } from './use-shown-lines.ts';

const fromEventsWords = {
  computed: 'the line was worked out from the stored events.',
  'once-per': 'the events of its source count once per value, which cannot be said of them afterwards.',
  'too-large': 'there are too many events to work it out; a shorter range may be possible.',
} as const;

const HEIGHT = 300;
/** Lane, names and summary around the plot. */
const AROUND = 66;

interface SignalChartProps {
  readonly plan: string;
  readonly signal: SignalAnswer;
  readonly page: PageRange;
  readonly lines: ShownLines;
}

/** The signal's own chart. */
export function SignalChart({ plan, signal, page, lines }: SignalChartProps) {
  const { series, shown, error, retry, toggle } = lines;
  const deployments = useDeployments(plan, page);
  if (series === undefined) {
    return error === null ? (
      <BlockSkeleton height={HEIGHT + AROUND} />
    ) : (
      <div style={{ minHeight: HEIGHT + AROUND }}>
        <ErrorState error={error} title="The course could not be loaded; the figures above are live" onRetry={retry} />
      </div>
    );
  }
  return (
    <>
      <Legend lines={lines.lines} shown={shown} onToggle={toggle} />
      <TimeChart
        series={series}
        shown={shown}
        range={page.stretch}
        now={page.now}
        phases={page.times.phases}
        launch={page.times.launch}
        deployments={deployments}
        height={HEIGHT}
        alertAddress={(alert) => paths.alert(plan, alert)}
        onZoom={page.zoom}
      />
      {series.fromEvents === undefined ? null : (
        <p className={classes.quiet} data-from-events={series.fromEvents.state}>
          Until <TimeText at={series.fromEvents.to} /> no readings were stored:{' '}
          {fromEventsWords[series.fromEvents.state]}
        </p>
      )}
      {series.groupsLeftOut > 0 ? (
        <p className={classes.quiet}>
          {plural(series.groupsLeftOut, 'group')} of {signal.by.join(', ')} with fewer readings{' '}
          {series.groupsLeftOut === 1 ? 'is' : 'are'} not in the chart.
        </p>
      ) : null}
    </>
  );
}
