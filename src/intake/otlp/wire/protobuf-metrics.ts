import {
  enter,
  leave,
  type Nanos,
  openWire,
  readAttribute,
  readCount,
  readFixed64,
  readGroups,
  readNanos,
  skip,
  type Wire,
} from './protobuf.ts';
import {
  NO_BUCKETS,
  NO_RECORDED_VALUE,
  type OtlpBuckets,
  type OtlpExponentialPoint,
  type OtlpHistogramPoint,
  type OtlpMetric,
  type OtlpMetricData,
  type OtlpNumberPoint,
  type OtlpSummaryPoint,
  type OtlpValue,
  type OtlpVisitor,
} from './shape.ts';

/** `ExportMetricsServiceRequest`. Throws for what is none. */
export function readMetrics(bytes: Uint8Array, visit: OtlpVisitor<OtlpMetric>): void {
  readGroups(openWire(bytes), readMetric, visit);
}

function readMetric(wire: Wire): OtlpMetric {
  const { reader } = wire;
  const outer = enter(wire);
  let name = '';
  let data: OtlpMetricData | undefined;
  while (reader.pos < reader.len) {
    const tag = reader.tag();
    switch (tag) {
      case 0x0a:
        name = reader.string();
        break;
      case 0x2a:
        data = { type: 'gauge', points: readData(wire, readNumberPoint).points };
        break;
      case 0x3a:
        data = { type: 'sum', ...readData(wire, readNumberPoint) };
        break;
      case 0x4a:
        data = { type: 'histogram', ...readData(wire, readHistogramPoint) };
        break;
      case 0x52:
        data = { type: 'exponential', ...readData(wire, readExponentialPoint) };
        break;
      case 0x5a:
        data = { type: 'summary', points: readData(wire, readSummaryPoint).points };
        break;
      default:
        skip(wire, tag);
    }
  }
  leave(wire, outer);
  return { name, data };
}

interface Data<Point> {
  readonly points: readonly Point[];
  readonly temporality: number;
  readonly isMonotonic: boolean;
}

/** All kinds of data have their points in 0x0a, their temporality in 0x10, and a sum in 0x18 whether it only grows. */
function readData<Point>(wire: Wire, readPoint: (wire: Wire) => Point): Data<Point> {
  const { reader } = wire;
  const outer = enter(wire);
  const points: Point[] = [];
  let temporality = 0;
  let isMonotonic = false;
  while (reader.pos < reader.len) {
    const tag = reader.tag();
    if (tag === 0x0a) {
      wire.budget.item();
      points.push(readPoint(wire));
    } else if (tag === 0x10) temporality = reader.int32();
    else if (tag === 0x18) isMonotonic = reader.bool();
    else skip(wire, tag);
  }
  leave(wire, outer);
  return { points, temporality, isMonotonic };
}

function readNumberPoint(wire: Wire): OtlpNumberPoint {
  const { reader } = wire;
  const outer = enter(wire);
  let start: Nanos | undefined;
  let time: Nanos | undefined;
  let value: number | undefined;
  let flags = 0;
  const attributes = new Map<string, OtlpValue>();
  while (reader.pos < reader.len) {
    const tag = reader.tag();
    switch (tag) {
      case 0x11:
        start = readNanos(wire);
        break;
      case 0x19:
        time = readNanos(wire);
        break;
      case 0x21:
        value = reader.double();
        break;
      case 0x31:
        value = readFixed64(wire, true);
        break;
      case 0x3a:
        readAttribute(wire, attributes);
        break;
      case 0x40:
        flags = reader.uint32();
        break;
      default:
        skip(wire, tag);
    }
  }
  leave(wire, outer);
  return { startMs: start?.ms, timeMs: time?.ms, attributes, hasNoValue: isWithoutValue(flags), value };
}

function readHistogramPoint(wire: Wire): OtlpHistogramPoint {
  const { reader } = wire;
  const outer = enter(wire);
  let start: Nanos | undefined;
  let time: Nanos | undefined;
  let count = 0;
  let sum: number | undefined;
  let min: number | undefined;
  let max: number | undefined;
  let flags = 0;
  const counts: number[] = [];
  const bounds: number[] = [];
  const attributes = new Map<string, OtlpValue>();
  while (reader.pos < reader.len) {
    const tag = reader.tag();
    switch (tag) {
      case 0x11:
        start = readNanos(wire);
        break;
      case 0x19:
        time = readNanos(wire);
        break;
      case 0x21:
        count = readFixed64(wire);
        break;
      case 0x29:
        sum = reader.double();
        break;
      case 0x32:
        readPacked(wire, counts, readFixed64);
        break;
      case 0x31:
        wire.budget.value();
        counts.push(readFixed64(wire));
        break;
      case 0x3a:
        readPacked(wire, bounds, readDouble);
        break;
      case 0x39:
        wire.budget.value();
        bounds.push(reader.double());
        break;
      case 0x4a:
        readAttribute(wire, attributes);
        break;
      case 0x50:
        flags = reader.uint32();
        break;
      case 0x59:
        min = reader.double();
        break;
      case 0x61:
        max = reader.double();
        break;
      default:
        skip(wire, tag);
    }
  }
  leave(wire, outer);
  return {
    startMs: start?.ms,
    timeMs: time?.ms,
    attributes,
    hasNoValue: isWithoutValue(flags),
    count,
    sum,
    min,
    max,
    counts,
    bounds,
  };
}

function readExponentialPoint(wire: Wire): OtlpExponentialPoint {
  const { reader } = wire;
  const outer = enter(wire);
  let start: Nanos | undefined;
  let time: Nanos | undefined;
  let count = 0;
  let sum: number | undefined;
  let min: number | undefined;
  let max: number | undefined;
  let scale = 0;
  let zeroCount = 0;
  let zeroThreshold = 0;
  let positive = NO_BUCKETS;
  let negative = NO_BUCKETS;
  let flags = 0;
  const attributes = new Map<string, OtlpValue>();
  while (reader.pos < reader.len) {
    const tag = reader.tag();
    switch (tag) {
      case 0x0a:
        readAttribute(wire, attributes);
        break;
      case 0x11:
        start = readNanos(wire);
        break;
      case 0x19:
        time = readNanos(wire);
        break;
      case 0x21:
        count = readFixed64(wire);
        break;
      case 0x29:
        sum = reader.double();
        break;
      case 0x30:
        scale = reader.sint32();
        break;
      case 0x39:
        zeroCount = readFixed64(wire);
        break;
      case 0x42:
        positive = readBuckets(wire);
        break;
      case 0x4a:
        negative = readBuckets(wire);
        break;
      case 0x50:
        flags = reader.uint32();
        break;
      case 0x61:
        min = reader.double();
        break;
      case 0x69:
        max = reader.double();
        break;
      case 0x71:
        zeroThreshold = reader.double();
        break;
      default:
        skip(wire, tag);
    }
  }
  leave(wire, outer);
  const head = { startMs: start?.ms, timeMs: time?.ms, attributes, hasNoValue: isWithoutValue(flags) };
  return { ...head, count, sum, min, max, scale, zeroCount, zeroThreshold, positive, negative };
}

function readBuckets(wire: Wire): OtlpBuckets {
  const { reader } = wire;
  const outer = enter(wire);
  let offset = 0;
  const counts: number[] = [];
  while (reader.pos < reader.len) {
    const tag = reader.tag();
    if (tag === 0x08) offset = reader.sint32();
    else if (tag === 0x12) readPacked(wire, counts, readCount);
    else if (tag === 0x10) {
      wire.budget.value();
      counts.push(readCount(wire));
    } else skip(wire, tag);
  }
  leave(wire, outer);
  return { offset, counts };
}

function readSummaryPoint(wire: Wire): OtlpSummaryPoint {
  const { reader } = wire;
  const outer = enter(wire);
  let start: Nanos | undefined;
  let time: Nanos | undefined;
  let count = 0;
  let sum = 0;
  let flags = 0;
  const quantiles: (readonly [number, number])[] = [];
  const attributes = new Map<string, OtlpValue>();
  while (reader.pos < reader.len) {
    const tag = reader.tag();
    switch (tag) {
      case 0x11:
        start = readNanos(wire);
        break;
      case 0x19:
        time = readNanos(wire);
        break;
      case 0x21:
        count = readFixed64(wire);
        break;
      case 0x29:
        sum = reader.double();
        break;
      case 0x32:
        quantiles.push(readQuantile(wire));
        break;
      case 0x3a:
        readAttribute(wire, attributes);
        break;
      case 0x40:
        flags = reader.uint32();
        break;
      default:
        skip(wire, tag);
    }
  }
  leave(wire, outer);
  return { startMs: start?.ms, timeMs: time?.ms, attributes, hasNoValue: isWithoutValue(flags), count, sum, quantiles };
}

function readQuantile(wire: Wire): readonly [number, number] {
  const { reader } = wire;
  const outer = enter(wire);
  let quantile = 0;
  let value = 0;
  while (reader.pos < reader.len) {
    const tag = reader.tag();
    if (tag === 0x09) quantile = reader.double();
    else if (tag === 0x11) value = reader.double();
    else skip(wire, tag);
  }
  leave(wire, outer);
  return [quantile, value];
}

/** A packed list of numbers. */
function readPacked(wire: Wire, into: number[], read: (wire: Wire) => number): void {
  const { reader, budget } = wire;
  const outer = enter(wire);
  while (reader.pos < reader.len) {
    budget.value();
    into.push(read(wire));
  }
  leave(wire, outer);
}

function readDouble({ reader }: Wire): number {
  return reader.double();
}

function isWithoutValue(flags: number): boolean {
  return (flags & NO_RECORDED_VALUE) !== 0;
}
