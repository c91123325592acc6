import type { EChartsCoreOption } from 'echarts/core';
import { formatFigureText } from '../format/numbers.ts';
import { formatDayTime, formatTime, formatTimeExact } from '../format/times.ts';
import { bandEdges, bandStretches } from '../kit/bands.ts';
import type { Tone } from '../kit/tone.ts';
import type { BandsInForce, ChartGap, ChartLine, ChartPoint } from './chart-lines.ts';
import type { ChartLook } from './chart-look.ts';
import { lineStyle } from './line-style.ts';
import type { PlotBox } from './plot-box.ts';
import type { Stretch } from './time-range.ts';
import type { ValueScale } from './value-scale.ts';

/** What the canvas draws. Words, cursor and what can be pressed lie above it as HTML. */
export interface Drawing {
  readonly range: Stretch;
  readonly scale: ValueScale;
  readonly unit: string;
  readonly box: PlotBox;
  /** In the order of their styles. */
  readonly lines: readonly ChartLine[];
  readonly bands: readonly BandsInForce[];
  /** Where a rule fires. */
  readonly limits: readonly { readonly value: number; readonly operator: string }[];
  /** Stretches in which nothing of what is shown has a value. */
  readonly gaps: readonly ChartGap[];
  /** Instants of phase boundaries and T+0. */
  readonly boundaries: readonly number[];
  /** Where alerts began and ended. */
  readonly alertEdges: readonly number[];
  /** When something was deployed. */
  readonly deployments: readonly number[];
  readonly now: number;
}

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** The drawing in ECharts' words. `hatch` fills stretches without values. */
export function chartOption(drawing: Drawing, look: ChartLook, hatch: HTMLCanvasElement): EChartsCoreOption {
  const { range, scale, unit, box, lines } = drawing;
  return {
    animation: false,
    textStyle: { fontFamily: look.fontFamily },
    grid: { left: box.left, right: box.right, top: box.top, bottom: box.bottom },
    xAxis: {
      type: 'time',
      min: range.from,
      max: range.to,
      splitNumber: Math.max(2, Math.floor(box.width / 130)),
      axisLine: { lineStyle: { color: look.strongLine } },
      axisTick: { lineStyle: { color: look.strongLine } },
      axisLabel: { color: look.quiet, fontSize: 12, hideOverlap: true, formatter: timeLabel(range) },
    },
    yAxis: {
      type: 'value',
      min: scale.low,
      max: scale.high,
      interval: scale.step,
      splitLine: { lineStyle: { color: look.line } },
      axisLabel: {
        color: look.quiet,
        fontSize: 12,
        margin: 6,
        formatter: (value: number) => formatFigureText(Math.abs(value) < scale.step * 1e-6 ? 0 : value, unit),
      },
    },
    series: [
      ground(drawing, look, hatch),
      ...(lines.length === 1 ? envelope(lines[0], look) : []),
      ...lines.map((line, place) => drawnLine(line, place, look)),
    ],
  };
}

function timeLabel({ from, to }: Stretch): (at: number) => string {
  const length = to - from;
  if (length <= 5 * 60_000) return (at) => formatTimeExact(at);
  if (length <= DAY + HOUR) return (at) => formatTime(at);
  return (at) => formatDayTime(at);
}

/** What lies behind the lines: bands, thresholds, gaps, boundaries, now. */
function ground(drawing: Drawing, look: ChartLook, hatch: HTMLCanvasElement) {
  const { range, scale, bands, gaps, boundaries, alertEdges, deployments, now } = drawing;
  const inside = (at: number): boolean => at >= range.from && at <= range.to;
  const clip = (at: number): number => Math.min(range.to, Math.max(range.from, at));
  const area = (from: number, to: number, low: number, high: number, itemStyle: object) => [
    { xAxis: clip(from), yAxis: low, itemStyle },
    { xAxis: clip(to), yAxis: high },
  ];
  const across = (from: number, to: number, value: number, lineStyle: object) => [
    { coord: [clip(from), value], lineStyle },
    { coord: [clip(to), value] },
  ];
  const areas: object[] = [];
  const thresholds: object[] = [];
  for (const { from, to, bands: own } of bands) {
    if (own === undefined || to <= range.from || from >= range.to) continue;
    for (const stretch of bandStretches(own, scale.low, scale.high)) {
      const fill = bandFill(stretch.tone, look);
      if (fill !== undefined) areas.push(area(from, to, stretch.from, stretch.to, fill));
    }
    for (const edge of bandEdges(own)) {
      if (edge < scale.low || edge > scale.high) continue;
      const color = look[edgeTone(own, edge)];
      thresholds.push(across(from, to, edge, { color, width: 1, type: [5, 4], opacity: 0.8 }));
    }
  }
  for (const { value } of drawing.limits) {
    thresholds.push(across(range.from, range.to, value, { color: look.critical, width: 1.5, type: [8, 3] }));
  }
  for (const { from, to } of gaps) {
    if (to < range.from || from > range.to) continue;
    areas.push(area(from, to, scale.low, scale.high, { color: { image: hatch, repeat: 'repeat' } }));
  }
  const upright = (at: number, lineStyle: object) => ({ xAxis: at, lineStyle });
  return {
    type: 'line',
    data: [],
    silent: true,
    z: 1,
    markArea: { silent: true, data: areas },
    markLine: {
      silent: true,
      symbol: 'none',
      label: { show: false },
      data: [
        ...thresholds,
        ...alertEdges
          .filter(inside)
          .map((at) => upright(at, { color: look.critical, width: 1, type: 'solid', opacity: 0.5 })),
        ...deployments
          .filter(inside)
          .map((at) => upright(at, { color: look.quiet, width: 1.5, type: [2, 3], opacity: 0.9 })),
        ...boundaries.filter(inside).map((at) => upright(at, { color: look.time, width: 1.5, type: [4, 3] })),
        ...(inside(now) ? [upright(now, { color: look.time, width: 1.5, type: 'solid' })] : []),
      ],
    },
  };
}

function bandFill(tone: Tone, look: ChartLook): object | undefined {
  switch (tone) {
    case 'critical':
      return { color: look.criticalSoft, opacity: 0.55 };
    case 'warning':
      return { color: look.warningSoft, opacity: 0.55 };
    case 'off':
      return { color: look.warningSoft, opacity: 0.35 };
    default:
      return undefined;
  }
}

/** Which of its lines an edge belongs to, the worst first. */
export function edgeTone(bands: NonNullable<BandsInForce['bands']>, edge: number): 'critical' | 'warning' | 'good' {
  const has = (test: typeof bands.target): boolean =>
    test !== undefined && test !== 'unset' && [test.value, test.low, test.high].includes(edge);
  return has(bands.critical) ? 'critical' : has(bands.warning) ? 'warning' : 'good';
}

/** The least and the greatest of every step as a quiet area: a spike does not vanish between two points. */
function envelope(line: ChartLine | undefined, look: ChartLook) {
  const spread = line?.points.some(({ low, high }) => low !== undefined && high !== undefined && high > low) ?? false;
  if (line === undefined || !spread) return [];
  const base = {
    type: 'line',
    silent: true,
    symbol: 'none',
    z: 2,
    stack: 'spread',
    stackStrategy: 'all',
    lineStyle: { opacity: 0 },
  };
  const bottom = (point: ChartPoint): number | null => point.low ?? point.value ?? null;
  const top = (point: ChartPoint): number | null => point.high ?? point.value ?? null;
  return [
    { ...base, data: line.points.map((point) => [point.at, bottom(point)]) },
    {
      ...base,
      data: line.points.map((point) => [point.at, (top(point) ?? Number.NaN) - (bottom(point) ?? Number.NaN)]),
      areaStyle: { color: look.quiet, opacity: 0.22 },
    },
  ];
}

function drawnLine(line: ChartLine, place: number, look: ChartLook) {
  const { dash, width, tone } = lineStyle(place);
  const color = tone === 'strong' ? look.text : look.quiet;
  return {
    type: 'line',
    silent: true,
    z: 5,
    symbol: 'none',
    itemStyle: { color },
    lineStyle: { color, width, type: dash.length === 0 ? 'solid' : [...dash], join: 'round' },
    data: line.points.map((point, index) => drawnPoint(line, point, index)),
  };
}

/** A value between two gaps has no neighbour to draw a line to: it is a dot. */
function drawnPoint(line: ChartLine, { at, value }: ChartPoint, index: number) {
  const alone = line.points[index - 1]?.value === undefined && line.points[index + 1]?.value === undefined;
  const place = [at, value ?? null];
  return value !== undefined && alone ? { value: place, symbol: 'circle', symbolSize: 5 } : place;
}
