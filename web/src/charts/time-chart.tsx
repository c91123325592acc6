import { useComputedColorScheme } from '@mantine/core';
import { useElementSize } from '@mantine/hooks';
import { lazy, Suspense, useId, useMemo, useState } from 'react';
import type { PhaseAnswer } from '#contract/overview.ts';
import { bandEdges } from '../kit/bands.ts';
import { AlertLane } from './alert-lane.tsx';
import type { ChartLine, ChartSeries } from './chart-lines.ts';
import type { Drawing } from './chart-option.ts';
import { ChartTable } from './chart-table.tsx';
import { commonGaps } from './common-gaps.ts';
import { CursorLayer } from './cursor-layer.tsx';
import { DeploymentFlags } from './deployment-flags.tsx';
import { type DeploymentMark, describeDeployments } from './deployment-marks.ts';
import { describeSeries } from './describe-series.ts';
import { phaseMarks } from './phase-marks.ts';
import { plotBox, xOf } from './plot-box.ts';
import { GapWords, PhaseNames, ThresholdWords } from './plot-words.tsx';
import classes from './time-chart.module.css';
import type { Stretch } from './time-range.ts';
import { useWhenSeen } from './use-when-seen.ts';
import { valueScale } from './value-scale.ts';

/** ECharts is larger than the rest of the app: it comes when a chart is drawn, after the words are there. */
const EChartsCanvas = lazy(async () => ({ default: (await import('./echarts-canvas.tsx')).EChartsCanvas }));

interface TimeChartProps {
  readonly series: ChartSeries;
  /** Those of its lines that are drawn, in the order of their styles. */
  readonly shown: readonly ChartLine[];
  readonly range: Stretch;
  readonly now: number;
  readonly phases: readonly PhaseAnswer[];
  /** T+0. */
  readonly launch: number | undefined;
  readonly deployments: readonly DeploymentMark[];
  readonly height?: number;
  /** Address of an alert's page. */
  readonly alertAddress: (alert: string) => string;
  /** The alert that the page is about: it stands out among others. */
  readonly alert?: string;
  /** A stretch was drawn with the pointer, or the keys zoomed. */
  readonly onZoom: (range: Stretch) => void;
}

/** One signal over time: its lines, thresholds in force, alerts, phases and now; with the same in words and as a table. */
export function TimeChart(props: TimeChartProps) {
  const { series, shown, range, now, phases, launch, deployments, height = 280, alertAddress, alert, onZoom } = props;
  const { ref, width } = useElementSize();
  const scheme = useComputedColorScheme('light');
  const [asTable, setAsTable] = useState(false);
  const [plot, setPlot] = useState<HTMLDivElement | null>(null);
  const seen = useWhenSeen(plot);
  const summaryId = useId();

  // A range that ends now gets a little room, so that the now line is inside.
  const drawn = useMemo(
    () => ({
      from: range.from,
      to: Math.abs(range.to - now) < 15_000 ? range.to + (range.to - range.from) * 0.012 : range.to,
    }),
    [range, now],
  );
  const drawing = useMemo((): Drawing | undefined => {
    if (width === 0) return undefined;
    const inRange = shown.flatMap(({ points }) =>
      points.flatMap(({ at, value, low, high }) =>
        value === undefined || at < drawn.from || at > drawn.to ? [] : [value, low ?? value, high ?? value],
      ),
    );
    const bands = series.bands.filter(({ from, to }) => to > drawn.from && from < drawn.to);
    const limits = series.limits ?? [];
    const edges = [
      ...bands.flatMap((stretch) => (stretch.bands === undefined ? [] : bandEdges(stretch.bands))),
      ...limits.map(({ value }) => value),
    ];
    const scale = valueScale(inRange, edges, series.unit) ??
      valueScale(edges, [], series.unit) ?? { low: 0, high: 1, step: 0.25 };
    const marks = phaseMarks(phases, launch, drawn);
    return {
      range: drawn,
      scale,
      unit: series.unit,
      box: plotBox(width, height),
      lines: shown,
      bands: lastsUntil(bands, drawn.to),
      limits,
      gaps: commonGaps(shown),
      boundaries: marks.filter(({ boundary }) => boundary).map(({ at }) => at),
      alertEdges: series.alerts.flatMap(({ from, to }) => (to === undefined ? [from] : [from, to])),
      deployments: deployments.map(({ at }) => at),
      now,
    };
  }, [width, height, shown, series, drawn, phases, launch, deployments, now]);

  return (
    <figure className={classes.chart} aria-describedby={summaryId} data-chart={series.signal}>
      <div ref={ref}>
        {drawing === undefined ? (
          <div style={{ height: height + 24 }} />
        ) : (
          <>
            <PhaseNames marks={phaseMarks(phases, launch, drawing.range)} drawing={drawing} />
            <AlertLane
              alerts={series.alerts}
              drawing={drawing}
              place={(at) => xOf(at, drawing.range, drawing.box)}
              address={alertAddress}
              current={alert}
            />
            <div ref={setPlot} className={classes.plot} style={{ height }}>
              <Suspense fallback={null}>{seen ? <EChartsCanvas drawing={drawing} scheme={scheme} /> : null}</Suspense>
              <ThresholdWords drawing={drawing} />
              <GapWords drawing={drawing} />
              <CursorLayer series={series} drawing={drawing} onZoom={onZoom} />
              <DeploymentFlags marks={deployments} drawing={drawing} of={series.signal} />
            </div>
          </>
        )}
      </div>
      <figcaption className={classes.caption}>
        <span id={summaryId}>
          {[...describeSeries(series, shown, range, now), ...describeDeployments(deployments, range, now)].join(' ')}
        </span>
        <button
          type="button"
          className={classes.toggle}
          aria-expanded={asTable}
          onClick={() => setAsTable((before) => !before)}
        >
          {asTable ? 'Hide table' : 'Table'}
        </button>
      </figcaption>
      {asTable ? <ChartTable series={series} lines={shown} range={range} /> : null}
    </figure>
  );
}

/** What is in force now is in force up to the edge of the picture. */
function lastsUntil(bands: ChartSeries['bands'], until: number): ChartSeries['bands'] {
  const last = bands.at(-1);
  return last === undefined || last.to >= until ? bands : [...bands.slice(0, -1), { ...last, to: until }];
}
