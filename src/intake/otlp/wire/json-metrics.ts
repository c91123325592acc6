import type { Budget } from './budget.ts';
import {
  at,
  enumOf,
  type Json,
  type JsonObject,
  memberOf,
  nanosOf,
  numberOf,
  numbersOf,
  objectsOf,
  readAttributes,
  readGroups,
  textOf,
} from './json.ts';
import {
  NO_RECORDED_VALUE,
  type OtlpBuckets,
  type OtlpExponentialPoint,
  type OtlpHistogramPoint,
  type OtlpMetric,
  type OtlpMetricData,
  type OtlpNumberPoint,
  type OtlpPoint,
  type OtlpSummaryPoint,
  type OtlpVisitor,
  temporalities,
} from './shape.ts';

/** `ExportMetricsServiceRequest`. Throws for what is none. */
export function readMetrics(root: Json, visit: OtlpVisitor<OtlpMetric>): void {
  readGroups(root, { resources: 'resourceMetrics', scopes: 'scopeMetrics', items: 'metrics' }, readMetric, visit);
}

function readMetric(source: JsonObject, budget: Budget): OtlpMetric {
  return { name: textOf(source, 'name'), data: readData(source, budget) };
}

function readData(source: JsonObject, budget: Budget): OtlpMetricData | undefined {
  const points = <Point>(kind: string, readPoint: (source: JsonObject, budget: Budget) => Point): readonly Point[] =>
    objectsOf(memberOf(source, kind), 'dataPoints', budget).map((point) => {
      budget.item();
      return readPoint(point, budget);
    });
  const temporality = (kind: string): number =>
    enumOf(memberOf(source, kind), 'aggregationTemporality', 'AGGREGATION_TEMPORALITY_', temporalities);
  if (at(source, 'gauge')) return { type: 'gauge', points: points('gauge', readNumberPoint) };
  if (at(source, 'sum')) {
    return {
      type: 'sum',
      temporality: temporality('sum'),
      isMonotonic: at(memberOf(source, 'sum'), 'isMonotonic') === true,
      points: points('sum', readNumberPoint),
    };
  }
  if (at(source, 'histogram')) {
    const all = points('histogram', readHistogramPoint);
    return { type: 'histogram', temporality: temporality('histogram'), points: all };
  }
  if (at(source, 'exponentialHistogram')) {
    const all = points('exponentialHistogram', readExponentialPoint);
    return { type: 'exponential', temporality: temporality('exponentialHistogram'), points: all };
  }
  if (at(source, 'summary')) return { type: 'summary', points: points('summary', readSummaryPoint) };
  return undefined;
}

function readPoint(source: JsonObject, budget: Budget): OtlpPoint {
  return {
    startMs: nanosOf(source, 'startTimeUnixNano')?.ms,
    timeMs: nanosOf(source, 'timeUnixNano')?.ms,
    attributes: readAttributes(source, 'attributes', budget),
    hasNoValue: ((numberOf(source, 'flags') ?? 0) & NO_RECORDED_VALUE) !== 0,
  };
}

function readNumberPoint(source: JsonObject, budget: Budget): OtlpNumberPoint {
  return { ...readPoint(source, budget), value: numberOf(source, 'asDouble') ?? numberOf(source, 'asInt') };
}

function readHistogramPoint(source: JsonObject, budget: Budget): OtlpHistogramPoint {
  return {
    ...readPoint(source, budget),
    count: numberOf(source, 'count') ?? 0,
    sum: numberOf(source, 'sum'),
    min: numberOf(source, 'min'),
    max: numberOf(source, 'max'),
    counts: numbersOf(source, 'bucketCounts', budget),
    bounds: numbersOf(source, 'explicitBounds', budget),
  };
}

function readExponentialPoint(source: JsonObject, budget: Budget): OtlpExponentialPoint {
  return {
    ...readPoint(source, budget),
    count: numberOf(source, 'count') ?? 0,
    sum: numberOf(source, 'sum'),
    min: numberOf(source, 'min'),
    max: numberOf(source, 'max'),
    scale: numberOf(source, 'scale') ?? 0,
    zeroCount: numberOf(source, 'zeroCount') ?? 0,
    zeroThreshold: numberOf(source, 'zeroThreshold') ?? 0,
    positive: readBuckets(memberOf(source, 'positive'), budget),
    negative: readBuckets(memberOf(source, 'negative'), budget),
  };
}

function readBuckets(source: JsonObject, budget: Budget): OtlpBuckets {
  return { offset: numberOf(source, 'offset') ?? 0, counts: numbersOf(source, 'bucketCounts', budget) };
}

function readSummaryPoint(source: JsonObject, budget: Budget): OtlpSummaryPoint {
  return {
    ...readPoint(source, budget),
    count: numberOf(source, 'count') ?? 0,
    sum: numberOf(source, 'sum') ?? 0,
    quantiles: objectsOf(source, 'quantileValues', budget).map((one) => [
      numberOf(one, 'quantile') ?? 0,
      numberOf(one, 'value') ?? 0,
    ]),
  };
}
