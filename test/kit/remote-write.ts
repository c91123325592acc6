import protobuf from 'protobufjs';

/**
 * Messages of remote write as another implementation writes them: protobufjs on the published definitions
 * (https://github.com/prometheus/prometheus/tree/main/prompb), with the fields that are of interest here.
 */
const DEFINITIONS = `
syntax = "proto3";
message Sample { double value = 1; int64 timestamp = 2; int64 start_timestamp = 3; }
message Label { string name = 1; string value = 2; }
message Exemplar { repeated Label labels = 1; double value = 2; int64 timestamp = 3; }
message BucketSpan { sint32 offset = 1; uint32 length = 2; }
message Histogram {
  oneof count { uint64 count_int = 1; double count_float = 2; }
  double sum = 3;
  sint32 schema = 4;
  double zero_threshold = 5;
  oneof zero_count { uint64 zero_count_int = 6; double zero_count_float = 7; }
  repeated BucketSpan positive_spans = 11;
  repeated sint64 positive_deltas = 12;
  int32 reset_hint = 14;
  int64 timestamp = 15;
}
message MetricMetadata { int32 type = 1; string metric_family_name = 2; string help = 4; string unit = 5; }
message TimeSeries {
  repeated Label labels = 1;
  repeated Sample samples = 2;
  repeated Exemplar exemplars = 3;
  repeated Histogram histograms = 4;
}
message WriteRequest { repeated TimeSeries timeseries = 1; repeated MetricMetadata metadata = 3; }
message Metadata { int32 type = 1; uint32 help_ref = 3; uint32 unit_ref = 4; }
message ExemplarV2 { repeated uint32 labels_refs = 1; double value = 2; int64 timestamp = 3; }
message TimeSeriesV2 {
  repeated uint32 labels_refs = 1;
  repeated Sample samples = 2;
  repeated Histogram histograms = 3;
  repeated ExemplarV2 exemplars = 4;
  Metadata metadata = 5;
  int64 created_timestamp = 6;
}
message Request { repeated string symbols = 4; repeated TimeSeriesV2 timeseries = 5; }
`;

const { root } = protobuf.parse(DEFINITIONS, { keepCase: true });

export interface SentHistogram {
  readonly count: number;
  readonly sum: number;
  readonly timestamp: number;
  readonly buckets?: boolean;
  readonly gauge?: boolean;
}

/** A series as its sender has it, whatever the version. */
export interface SentSeries {
  /** With `__name__`. */
  readonly labels: readonly (readonly [name: string, value: string])[];
  readonly samples?: readonly { readonly value: number; readonly timestamp: number }[];
  readonly histograms?: readonly SentHistogram[];
  readonly exemplars?: number;
  /** Of 2.0 only: number of the metric's type, and when it began. */
  readonly type?: number;
  readonly created?: number;
}

/** A request of 1.0. `types` are numbers of metric types by family. */
export function encodeWriteRequest(
  series: readonly SentSeries[],
  types: Readonly<Record<string, number>> = {},
): Uint8Array {
  return encode('WriteRequest', {
    timeseries: series.map(({ labels, samples = [], histograms = [], exemplars = 0 }) => ({
      labels: labels.map(([name, value]) => ({ name, value })),
      samples,
      exemplars: Array.from({ length: exemplars }, () => ({ labels: [{ name: 'trace_id', value: 'a' }], value: 1 })),
      histograms: histograms.map(histogram),
    })),
    metadata: Object.entries(types).map(([family, type]) => ({ type, metric_family_name: family, help: 'Says more.' })),
  });
}

/** A request of 2.0. */
export function encodeRequestV2(series: readonly SentSeries[]): Uint8Array {
  const symbols = [''];
  const place = (text: string): number => {
    const found = symbols.indexOf(text);
    return found >= 0 ? found : symbols.push(text) - 1;
  };
  const timeseries = series.map(({ labels, samples = [], histograms = [], exemplars = 0, type, created }) => ({
    labels_refs: labels.flatMap(([name, value]) => [place(name), place(value)]),
    samples,
    histograms: histograms.map(histogram),
    exemplars: Array.from({ length: exemplars }, () => ({ labels_refs: [place('trace_id'), place('a')], value: 1 })),
    ...(type === undefined ? {} : { metadata: { type, help_ref: place('Says more.') } }),
    ...(created === undefined ? {} : { created_timestamp: created }),
  }));
  return encode('Request', { symbols, timeseries });
}

/** Any of the messages, from its fields. */
export function encode(message: string, fields: object): Uint8Array {
  const type = root.lookupType(message);
  return new Uint8Array(type.encode(type.fromObject(fields)).finish());
}

function histogram({ count, sum, timestamp, buckets = false, gauge = false }: SentHistogram): object {
  return {
    ...(Number.isInteger(count) ? { count_int: count } : { count_float: count }),
    sum,
    timestamp,
    schema: 3,
    ...(buckets && { positive_spans: [{ offset: -2, length: 2 }], positive_deltas: [1, -1] }),
    ...(gauge && { reset_hint: 3 }),
  };
}
