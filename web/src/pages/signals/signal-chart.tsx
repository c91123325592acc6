import type { SignalAnswer } from '#contract/overview.ts';
import { Legend } from '../../charts/legend.tsx';
import { TimeChart } from '../../charts/time-chart.tsx';
import { useDeployments } from '../../charts/use-deployments.ts';
import type { PageRange } from '../../charts/use-time-range.ts';
import { plural } from '../../format/numbers.ts';
import { BlockSkeleton, ErrorState } from '../../kit/states.tsx';
import { paths } from '../../paths.ts';
import classes from './signal.module.css';
import type { ShownLines } from './use-shown-lines.ts';

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
      {series.groupsLeftOut > 0 ? (
        <p className={classes.quiet}>
          {plural(series.groupsLeftOut, 'group')} of {signal.by.join(', ')} with fewer readings{' '}
          {series.groupsLeftOut === 1 ? 'is' : 'are'} not in the chart.
        </p>
      ) : null}
    </>
  );
}
