/**
 * What OTLP says, in the one form that both its encodings are read into. Field names and numbers are those of the OTLP specification 1.x
 * (https://opentelemetry.io/docs/specs/otlp/), as `opentelemetry.proto` beside this file lists them.
 */

/** A value that is not set is absent. Bytes are text in base64, as the JSON encoding has them; whole numbers beyond 2^53 are a bigint. */
export type OtlpValue = string | number | boolean | bigint | readonly OtlpValue[] | ReadonlyMap<string, OtlpValue>;
export type OtlpAttributes = ReadonlyMap<string, OtlpValue>;

/**
 * Is given what a request says piece by piece, so that it is never in memory whole; all pieces of one resource come with the same object.
 * `scope` is the name of the instrumentation scope: a library, or a logger.
 */
export type OtlpVisitor<Item> = (item: Item, resource: OtlpAttributes, scope: string) => void;

/** Reads a request to its end, or throws where it turns out to be none. */
export type OtlpSource<Item> = (visit: OtlpVisitor<Item>) => void;

/** Ids are lower-case hexadecimal digits; undefined when they are absent, all zero or not as long as they have to be. */
export interface OtlpSpan {
  readonly traceId: string | undefined;
  readonly spanId: string | undefined;
  readonly parentSpanId: string | undefined;
  readonly name: string;
  readonly kind: number;
  /** Whole ms since 1970; undefined when it is not set. */
  readonly startMs: number | undefined;
  readonly endMs: number | undefined;
  /** To the nanosecond; undefined when start or end is. */
  readonly durationMs: number | undefined;
  readonly attributes: OtlpAttributes;
  readonly events: readonly OtlpSpanEvent[];
  readonly status: number;
  readonly statusMessage: string;
}

export interface OtlpSpanEvent {
  readonly timeMs: number | undefined;
  readonly name: string;
  readonly attributes: OtlpAttributes;
}

export interface OtlpLog {
  readonly timeMs: number | undefined;
  readonly observedMs: number | undefined;
  readonly severity: number;
  readonly severityText: string;
  readonly body: OtlpValue | undefined;
  readonly attributes: OtlpAttributes;
  readonly traceId: string | undefined;
  readonly spanId: string | undefined;
  readonly eventName: string;
}

export interface OtlpMetric {
  readonly name: string;
  /** Undefined for a kind of metric that is not known here. */
  readonly data: OtlpMetricData | undefined;
}

export type OtlpMetricData =
  | { readonly type: 'gauge'; readonly points: readonly OtlpNumberPoint[] }
  | {
      readonly type: 'sum';
      readonly temporality: number;
      readonly isMonotonic: boolean;
      readonly points: readonly OtlpNumberPoint[];
    }
  | { readonly type: 'histogram'; readonly temporality: number; readonly points: readonly OtlpHistogramPoint[] }
  | { readonly type: 'exponential'; readonly temporality: number; readonly points: readonly OtlpExponentialPoint[] }
  | { readonly type: 'summary'; readonly points: readonly OtlpSummaryPoint[] };

export interface OtlpPoint {
  /** When what adds up began at nothing. */
  readonly startMs: number | undefined;
  readonly timeMs: number | undefined;
  readonly attributes: OtlpAttributes;
  /** The series has no value at this time: it has ended, or was not there yet. */
  readonly hasNoValue: boolean;
}

export interface OtlpNumberPoint extends OtlpPoint {
  readonly value: number | undefined;
}

export interface OtlpHistogramPoint extends OtlpPoint {
  readonly count: number;
  readonly sum: number | undefined;
  readonly min: number | undefined;
  readonly max: number | undefined;
  /** One more than `bounds`, or none when the distribution is not known. */
  readonly counts: readonly number[];
  /** Upper bounds, inclusive. */
  readonly bounds: readonly number[];
}

export interface OtlpExponentialPoint extends OtlpPoint {
  readonly count: number;
  readonly sum: number | undefined;
  readonly min: number | undefined;
  readonly max: number | undefined;
  /** Bucket `i` reaches from base^i to base^(i+1) with base 2^(2^-scale). */
  readonly scale: number;
  readonly zeroCount: number;
  readonly zeroThreshold: number;
  readonly positive: OtlpBuckets;
  readonly negative: OtlpBuckets;
}

export interface OtlpBuckets {
  /** Index of the first bucket. */
  readonly offset: number;
  readonly counts: readonly number[];
}

export interface OtlpSummaryPoint extends OtlpPoint {
  readonly count: number;
  readonly sum: number;
  readonly quantiles: readonly (readonly [quantile: number, value: number])[];
}

export const NO_ATTRIBUTES: OtlpAttributes = new Map();
export const NO_BUCKETS: OtlpBuckets = { offset: 0, counts: [] };

export const spanKinds = { internal: 1, server: 2, client: 3, producer: 4, consumer: 5 } as const;
export const STATUS_ERROR = 2;
export const temporalities = { delta: 1, cumulative: 2 } as const;
/** Of a point's flags. */
export const NO_RECORDED_VALUE = 1;
