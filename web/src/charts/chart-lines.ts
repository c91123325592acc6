import type { BandsAnswer } from '#contract/overview.ts';
import type { SeriesAnswer, SignalSeriesAnswer } from '#contract/signals.ts';
import type { SparkPoint } from '../kit/sparkline-path.ts';

/** One point of a line. Without a value it breaks the line. */
export interface ChartPoint {
  readonly at: number;
  readonly value: number | undefined;
  /** The least and the greatest of the step that the point stands for. */
  readonly low?: number;
  readonly high?: number;
  readonly sampleSize?: number;
}

/** A stretch of a line without values, with the word for why. */
export interface ChartGap {
  readonly from: number;
  readonly to: number;
  readonly state: 'no data' | 'too few' | 'not read';
  readonly reason?: string;
}

/** The line of one group. */
export interface ChartLine {
  readonly key: string;
  readonly group: readonly string[];
  /** `/orders`, or the signal's own name for a figure without groups. */
  readonly name: string;
  readonly points: readonly ChartPoint[];
  readonly gaps: readonly ChartGap[];
}

/** A stretch in which the same thresholds are in force. */
export interface BandsInForce {
  readonly from: number;
  readonly to: number;
  readonly phase?: string | undefined;
  readonly bands: BandsAnswer | undefined;
}

/** An alert as a span on the time axis. */
export interface AlertSpan {
  readonly alert: string;
  readonly rule: string;
  readonly group: readonly string[];
  readonly severity: string;
  readonly from: number;
  /** Undefined while it is open. */
  readonly to: number | undefined;
}

/** One signal as a chart draws it. */
export interface ChartSeries {
  readonly signal: string;
  readonly unit: string;
  readonly stepMs: number;
  readonly lines: readonly ChartLine[];
  readonly bands: readonly BandsInForce[];
  readonly alerts: readonly AlertSpan[];
  readonly groupsLeftOut: number;
  /** A stretch at the beginning that no readings were stored of. */
  readonly fromEvents?: NonNullable<SignalSeriesAnswer['fromEvents']>;
  /** Where a rule fires, beside the thresholds of the objective. */
  readonly limits?: readonly { readonly value: number; readonly operator: string }[];
}

export function groupKey(group: readonly string[]): string {
  return JSON.stringify(group);
}

export function groupName(group: readonly string[], signal: string): string {
  return group.length === 0 ? signal : group.join(' · ');
}

/** What the API tells of a signal, as lines with instants. */
export function chartSeries(answer: SeriesAnswer, series: SignalSeriesAnswer): ChartSeries {
  const from = Date.parse(answer.from);
  const until = Math.min(Date.parse(answer.at), Date.parse(answer.to));
  const startOf = (index: number): number => from + index * answer.stepMs;
  const lines = series.groups.map((own): ChartLine => {
    const points = own.last.map((value, index): ChartPoint => {
      const sampleSize = own.sampleSize[index] ?? undefined;
      const low = own.min[index] ?? undefined;
      const high = own.max[index] ?? undefined;
      return {
        // A step's last value is of its end; of the running one it is of now.
        at: Math.max(startOf(index), Math.min(startOf(index + 1), until)),
        value: value ?? undefined,
        ...(low === undefined ? {} : { low }),
        ...(high === undefined ? {} : { high }),
        ...(sampleSize === undefined ? {} : { sampleSize }),
      };
    });
    return {
      key: groupKey(own.group),
      group: own.group,
      name: groupName(own.group, series.signal),
      points: points.filter((_, index) => startOf(index) <= until),
      gaps: own.gaps.map(({ from: first, to: last, state, reason }) => ({
        from: startOf(first),
        to: Math.min(startOf(last + 1), until),
        state,
        ...(reason === undefined ? {} : { reason }),
      })),
    };
  });
  return {
    signal: series.signal,
    unit: series.unit,
    stepMs: answer.stepMs,
    lines,
    bands: series.bands.map((stretch) => ({
      from: Date.parse(stretch.from),
      to: Date.parse(stretch.to),
      phase: stretch.phase,
      bands: stretch.bands,
    })),
    alerts: series.alerts.map(({ alert, rule, group, severity, from: began, to }) => ({
      alert,
      rule,
      group,
      severity,
      from: Date.parse(began),
      to: to === undefined ? undefined : Date.parse(to),
    })),
    groupsLeftOut: series.groupsLeftOut,
    ...(series.fromEvents === undefined ? {} : { fromEvents: series.fromEvents }),
  };
}

/** A line with what was seen live since it was read: new points at its end, without overlap. */
export function appendSeen(line: ChartLine, seen: readonly SparkPoint[]): ChartLine {
  const last = line.points.at(-1)?.at ?? Number.NEGATIVE_INFINITY;
  const fresh = seen.filter(({ at }) => at > last);
  if (fresh.length === 0) return line;
  return { ...line, points: [...line.points, ...fresh] };
}

/** The point of a line that stands for an instant: the nearest within a step and a half. */
export function pointAt(line: ChartLine, at: number, stepMs: number): ChartPoint | undefined {
  const { points } = line;
  let low = 0;
  let high = points.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((points[middle]?.at ?? 0) < at) low = middle + 1;
    else high = middle;
  }
  const [before, after] = [points[low - 1], points[low]];
  const nearest =
    before === undefined ? after : after === undefined ? before : at - before.at <= after.at - at ? before : after;
  return nearest === undefined || Math.abs(nearest.at - at) > Math.max(stepMs, 10_000) * 1.5 ? undefined : nearest;
}

/** The gap of a line at an instant. */
export function gapAt(line: ChartLine, at: number): ChartGap | undefined {
  return line.gaps.find(({ from, to }) => at >= from && at <= to);
}

/** The thresholds that were in force at an instant. */
export function bandsAt(bands: readonly BandsInForce[], at: number): BandsAnswer | undefined {
  return (bands.find(({ from, to }) => at >= from && at < to) ?? bands.at(-1))?.bands;
}
