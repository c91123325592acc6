import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { limits } from '#kernel/limits.ts';
import type { Decoded } from '../decoding.ts';
import { decodeOtlp, type OtlpSignal } from './decode.ts';
import {
  anyValue,
  attributes,
  decodeBoth,
  encodeOtlp,
  logs,
  type Message,
  metrics,
  NOW,
  nanos,
  RESOURCE,
  testContext,
  traces,
} from './test-support.ts';

const key = fc.oneof(
  fc.constantFrom('http.request.method', 'db.system', 'exception.type', 'user.id', '__proto__', 'constructor', ''),
  fc.string({ maxLength: 8 }),
);
/** As in OTLP's JSON; text is well-formed, since a protobuf string cannot be anything else. */
const text = fc.string({ unit: 'grapheme', maxLength: 12 });
const anyMessage = fc.letrec<{ value: Message }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    text.map((stringValue) => ({ stringValue })),
    fc.boolean().map((boolValue) => ({ boolValue })),
    fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map((value) => ({ intValue: value.toString() })),
    fc.double({ noNaN: true, noDefaultInfinity: true }).map((doubleValue) => ({ doubleValue })),
    fc.uint8Array({ maxLength: 6 }).map((bytes) => ({ bytesValue: Buffer.from(bytes).toString('base64') })),
    fc.array(tie('value'), { maxLength: 3 }).map((values) => ({ arrayValue: { values } })),
    fc.array(fc.record({ key, value: tie('value') }), { maxLength: 3 }).map((values) => ({ kvlistValue: { values } })),
  ),
})).value;
const attributeList = fc.array(fc.record({ key, value: anyMessage }), { maxLength: 6 });
const time = fc
  .tuple(fc.integer({ min: NOW - 100_000, max: NOW + 50_000 }), fc.integer({ min: 0, max: 999_999 }))
  .map(([ms, ns]) => nanos(ms, ns));
const id = (bytes: number): fc.Arbitrary<string> =>
  fc.uint8Array({ minLength: bytes, maxLength: bytes }).map((value) => Buffer.from(value).toString('hex'));
const count = fc.nat({ max: 1_000_000 }).map(String);
const number = fc.double({ noNaN: true, noDefaultInfinity: true });

const span = fc.record({
  traceId: id(16),
  spanId: id(8),
  parentSpanId: fc.oneof(id(8), fc.constant('')),
  name: text,
  kind: fc.constantFrom(0, 1, 2, 3, 4, 5, 'SPAN_KIND_SERVER', 'SPAN_KIND_CONSUMER'),
  startTimeUnixNano: time,
  endTimeUnixNano: time,
  attributes: attributeList,
  events: fc.array(
    fc.record({ timeUnixNano: time, name: fc.constantFrom('exception', 'retry'), attributes: attributeList }),
    { maxLength: 2 },
  ),
  status: fc.record({ code: fc.constantFrom(0, 1, 2, 'STATUS_CODE_ERROR'), message: text }),
});
const log = fc.record({
  timeUnixNano: time,
  observedTimeUnixNano: time,
  severityNumber: fc.nat({ max: 30 }),
  severityText: text,
  body: anyMessage,
  attributes: attributeList,
  traceId: id(16),
  spanId: id(8),
  eventName: text,
});
const buckets = fc.record({
  offset: fc.integer({ min: -60, max: 60 }),
  bucketCounts: fc.array(count, { maxLength: 8 }),
});
const point = { startTimeUnixNano: time, timeUnixNano: time, attributes: attributeList, flags: fc.constantFrom(0, 1) };
const numbers = fc.array(fc.oneof(fc.record({ ...point, asDouble: number }), fc.record({ ...point, asInt: count })), {
  maxLength: 3,
});
const temporality = fc.constantFrom(0, 1, 2, 'AGGREGATION_TEMPORALITY_DELTA');
const summed = { count, sum: number, min: number, max: number };
const metric = fc.oneof(
  fc.record({ name: text, gauge: fc.record({ dataPoints: numbers }) }),
  fc.record({
    name: text,
    sum: fc.record({ dataPoints: numbers, aggregationTemporality: temporality, isMonotonic: fc.boolean() }),
  }),
  fc.record({
    name: text,
    histogram: fc.record({
      aggregationTemporality: temporality,
      dataPoints: fc.array(
        fc.record({ ...point, ...summed, bucketCounts: fc.array(count), explicitBounds: fc.array(number) }),
        { maxLength: 3 },
      ),
    }),
  }),
  fc.record({
    name: text,
    exponentialHistogram: fc.record({
      aggregationTemporality: temporality,
      dataPoints: fc.array(
        fc.record({
          ...point,
          ...summed,
          scale: fc.integer({ min: -10, max: 20 }),
          zeroCount: count,
          zeroThreshold: fc.double({ min: 0, max: 1, noNaN: true }),
          positive: buckets,
          negative: buckets,
        }),
        { maxLength: 3 },
      ),
    }),
  }),
  fc.record({
    name: text,
    summary: fc.record({
      dataPoints: fc.array(
        fc.record({
          ...point,
          count,
          sum: number,
          quantileValues: fc.array(fc.record({ quantile: number, value: number }), { maxLength: 3 }),
        }),
        { maxLength: 3 },
      ),
    }),
  }),
);

function requestOf(signal: OtlpSignal, item: fc.Arbitrary<Message>): fc.Arbitrary<Message> {
  const names = {
    traces: ['resourceSpans', 'scopeSpans', 'spans'],
    logs: ['resourceLogs', 'scopeLogs', 'logRecords'],
    metrics: ['resourceMetrics', 'scopeMetrics', 'metrics'],
  } as const;
  const [resources, scopes, items] = names[signal];
  return fc
    .array(
      fc.record({
        resource: fc.record({ attributes: attributeList }),
        [scopes]: fc.array(fc.record({ scope: fc.record({ name: text }), [items]: fc.array(item, { maxLength: 3 }) }), {
          maxLength: 2,
        }),
      }),
      { maxLength: 2 },
    )
    .map((groups) => ({ [resources]: groups }));
}

const requests = {
  traces: requestOf('traces', span),
  logs: requestOf('logs', log),
  metrics: requestOf('metrics', metric),
};
const signals = ['traces', 'logs', 'metrics'] as const;

describe.each(signals)('%s', (signal) => {
  test('protobuf and JSON of the same request are the same records', () => {
    fc.assert(
      fc.property(requests[signal], (request) => void decodeBoth(signal, request)),
      { numRuns: 200 },
    );
  });

  test('bytes that were cut or changed are decoded or refused, never more', () => {
    const changes = fc.array(fc.tuple(fc.nat(), fc.nat({ max: 255 })), { maxLength: 4 });
    fc.assert(
      fc.property(requests[signal], fc.nat(), changes, (request, cut, edits) => {
        const whole = encodeOtlp(signal, request);
        const bytes = Buffer.from(whole.subarray(0, whole.length - (cut % (whole.length + 1))));
        for (const [place, value] of edits) if (bytes.length > 0) bytes[place % bytes.length] = value;
        const decoded = decodeOtlp(signal, { form: 'protobuf', bytes }, testContext());
        if (!decoded.ok) expect(['malformed-body', 'body-too-large']).toContain(decoded.failure.code);
      }),
      { numRuns: 500 },
    );
  });

  test('any bytes and any JSON are decoded or refused', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), fc.jsonValue(), (bytes, json) => {
        const first = decodeOtlp(signal, { form: 'protobuf', bytes: Buffer.from(bytes) }, testContext());
        const second = decodeOtlp(signal, { form: 'json', text: JSON.stringify(json) }, testContext());
        for (const one of [first, second]) if (!one.ok) expect(one.failure.code).toBe('malformed-body');
      }),
    );
  });

  test.each([
    ['{"resourceSpans":'],
    ['null'],
    ['[]'],
    ['7'],
    [''],
    ['{"resourceSpans":{},"resourceLogs":{},"resourceMetrics":{}}'],
  ])('the text %j is refused', (body) => {
    const decoded = decodeOtlp(signal, { form: 'json', text: body }, testContext());
    expect(decoded).toMatchObject({ ok: false, failure: { code: 'malformed-body' } });
  });

  test('an empty request is a good one', () => {
    expect(decodeBoth(signal, {}).records).toEqual([]);
  });
});

/** A varint. */
function varint(value: number): number[] {
  return value < 128 ? [value] : [(value & 127) | 128, ...varint(value >>> 7)];
}

/** Field 1 with these bytes in it. */
function nested(bytes: readonly number[], tag = 0x0a): number[] {
  return [tag, ...varint(bytes.length), ...bytes];
}

describe('what would cost too much', () => {
  function codeOf(signal: OtlpSignal, bytes: Uint8Array): string | undefined {
    const decoded = decodeOtlp(signal, { form: 'protobuf', bytes: Buffer.from(bytes) }, testContext());
    return decoded.ok ? undefined : decoded.failure.code;
  }

  test('spans that take two bytes each', () => {
    const spans = new Uint8Array((limits.recordsPerRequest + 1) * 2);
    for (let index = 0; index < spans.length; index += 2) spans[index] = 0x12;
    const scope = Buffer.concat([Buffer.from([0x12, ...varint(spans.length)]), spans]);
    const resource = Buffer.concat([Buffer.from([0x0a, ...varint(scope.length)]), scope]);
    expect(codeOf('traces', resource)).toBe('body-too-large');
    expect(codeOf('logs', resource)).toBe('body-too-large');
  });

  test('attributes that take two bytes each', () => {
    const list = new Uint8Array((limits.otlpValues + 1) * 2);
    for (let index = 0; index < list.length; index += 2) list[index] = 0x0a;
    const resource = Buffer.concat([Buffer.from([0x0a, ...varint(list.length)]), list]);
    expect(codeOf('traces', Buffer.concat([Buffer.from([0x0a, ...varint(resource.length)]), resource]))).toBe(
      'body-too-large',
    );
  });

  test('values within values', () => {
    const deep = (levels: number): unknown => (levels === 0 ? 'end' : [deep(levels - 1)]);
    const request = (levels: number): Message => logs({ body: anyValue(deep(levels)) });
    expect(codeOf('logs', encodeOtlp('logs', request(limits.otlpValueDepth)))).toBeUndefined();
    const maps = (levels: number): unknown => (levels === 0 ? 'end' : { in: maps(levels - 1) });
    const deepest = attributes({ map: maps(limits.otlpValueDepth) });
    expect(decodeBoth('traces', traces({ events: [{ name: 'exception', attributes: deepest }] })).rejected).toEqual([]);
    expect(codeOf('logs', encodeOtlp('logs', request(limits.otlpValueDepth + 1)))).toBe('malformed-body');
    const text = JSON.stringify(request(200));
    expect(decodeOtlp('logs', { form: 'json', text }, testContext())).toMatchObject({ ok: false });
    // As deep as bytes can be: lists in lists without end.
    let bytes: number[] = [];
    for (let level = 0; level < 3_000; level += 1) bytes = nested(nested(bytes), 0x2a);
    const body = [0x2a, ...varint(bytes.length), ...bytes];
    expect(codeOf('logs', Uint8Array.from(nested(nested(nested(body, 0x12), 0x12))))).toBe('malformed-body');
  });

  test('groups without end, which would exhaust the stack', () => {
    expect(codeOf('traces', new Uint8Array(1_000_000).fill(0x0b))).toBe('malformed-body');
  });

  test('a message that is longer than the one around it', () => {
    expect(codeOf('traces', Uint8Array.from([0x0a, 0x04, 0x0a, 0x7f, 0x00, 0x00]))).toBe('malformed-body');
  });

  /** What is decoded of a request in protobuf. */
  function decoded(signal: OtlpSignal, request: Message): Decoded {
    const outcome = decodeOtlp(signal, { form: 'protobuf', bytes: encodeOtlp(signal, request) }, testContext());
    if (!outcome.ok) throw new Error(outcome.failure.message);
    return outcome.value;
  }

  test('points whose buckets are more than a request may have', () => {
    const dataPoint = {
      timeUnixNano: nanos(NOW),
      count: '9',
      scale: 0,
      positive: { offset: 0, bucketCounts: new Array(1_000).fill('1') },
    };
    const exponentialHistogram = { aggregationTemporality: 2, dataPoints: new Array(401).fill(dataPoint) };
    const { samples, rejected } = decoded('metrics', metrics({ name: 'm', exponentialHistogram }));
    expect(samples?.times.length).toBeLessThanOrEqual(limits.samplesPerRequest);
    expect(rejected.length).toBeGreaterThan(0);
    expect(rejected[0]?.code).toBe('body-too-large');
  });

  test('a resource that is long, and stands in each of very many records', () => {
    const resource = Object.fromEntries(
      Array.from({ length: 60 }, (_, index) => [`a${index}`, 'x'.repeat(limits.attributeValueBytes)]),
    );
    const spans = Array.from({ length: 1_000 }, () => ({ endTimeUnixNano: nanos(NOW) }));
    const { records, rejected } = decoded('traces', {
      resourceSpans: [{ resource: { attributes: attributes(resource) }, scopeSpans: [{ spans }] }],
    });
    const perRecord = limits.otlpResourceAttributes * limits.attributeValueBytes;
    expect(records.length).toBeLessThanOrEqual(limits.recordCharactersPerRequest / perRecord + 1);
    expect(records.length + rejected.length).toBe(spans.length);
    expect(rejected[0]?.code).toBe('body-too-large');
  });

  test('a resource that is a map of very many values', () => {
    const many = Object.fromEntries(Array.from({ length: 20_000 }, (_, index) => [`k${index}`, index]));
    const { records } = decoded('traces', traces({}, { ...RESOURCE, many }));
    const own = Object.keys(records[0]?.attributes ?? {}).filter((name) => name.startsWith('many.'));
    expect(own).toHaveLength(limits.otlpResourceAttributes);
  });

  test('names of the speaker that are no names', () => {
    const long = 'n'.repeat(100_000);
    const { records } = decoded('traces', traces({}, { 'service.name': long, 'service.version': long }));
    expect(records[0]?.attributes['service']).toHaveLength(256);
  });

  test('labels that are long, and stand at each of very many buckets', () => {
    const labels = Object.fromEntries(Array.from({ length: 60 }, (_, index) => [`l${index}`, 'x'.repeat(4_000)]));
    const histogram = {
      aggregationTemporality: 2,
      dataPoints: [
        {
          timeUnixNano: nanos(NOW),
          attributes: attributes(labels),
          count: '1',
          bucketCounts: new Array(1_001).fill('0'),
          explicitBounds: Array.from({ length: 1_000 }, (_, index) => index),
        },
      ],
    };
    const { samples, rejected } = decoded('metrics', metrics({ name: 'm', histogram }));
    expect([samples?.series.length, rejected.map(({ code }) => code)]).toEqual([0, ['body-too-large']]);
    const named = decoded('metrics', metrics({ name: 'm'.repeat(300), histogram }));
    expect(named.rejected.map(({ code }) => code)).toEqual(['name-invalid']);
  });
});

test('attributes may have any name', () => {
  const decoded = decodeBoth(
    'traces',
    traces({ attributes: attributes({ constructor: 'c', __proto: 1, toString: true }) }),
  );
  expect(decoded.records[0]?.attributes).toMatchObject({ constructor: 'c', toString: true });
  expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
});
