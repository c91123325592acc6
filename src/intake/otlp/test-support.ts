import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import protobuf from 'protobufjs';
import type { DecodeContext, Decoded, FieldType } from '../decoding.ts';
import { decodeOtlp, type OtlpSignal } from './decode.ts';

/** A message as OTLP's JSON has it. */
export type Message = Readonly<Record<string, unknown>>;

const { root } = protobuf.parse(
  readFileSync(join(import.meta.dirname, 'wire/opentelemetry.proto'), 'utf8'),
  new protobuf.Root(),
);
const REQUESTS: Readonly<Record<OtlpSignal, string>> = {
  traces: 'ExportTraceServiceRequest',
  metrics: 'ExportMetricsServiceRequest',
  logs: 'ExportLogsServiceRequest',
};
const IDS = new Set(['traceId', 'spanId', 'parentSpanId']);

/** The same request in protobuf, by an encoder that shares nothing with the decoder but the list of fields. */
export function encodeOtlp(signal: OtlpSignal, request: Message): Buffer {
  const type = root.lookupType(`opentelemetry.${REQUESTS[signal]}`);
  return Buffer.from(type.encode(type.fromObject(withIdsAsBytes(request) as Record<string, unknown>)).finish());
}

/** Reads an answer of ours. */
export function readAnswer(type: 'ExportServiceResponse' | 'RpcStatus', bytes: Uint8Array): Message {
  const known = root.lookupType(`opentelemetry.${type}`);
  return known.toObject(known.decode(bytes), { longs: String }) as Message;
}

/** protobuf.js takes bytes as they are; OTLP's JSON has them in hexadecimal digits. */
function withIdsAsBytes(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withIdsAsBytes);
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, one]) => [
      name,
      IDS.has(name) && typeof one === 'string' ? Buffer.from(one, 'hex') : withIdsAsBytes(one),
    ]),
  );
}

export const NOW = 1_790_000_000_000;

export function testContext(fieldTypes: ReadonlyMap<string, FieldType> = new Map()): DecodeContext {
  let made = 0;
  return { receivedAt: NOW, fieldTypes, makeId: () => `made-${++made}` };
}

/** Decodes a request by both encodings; fails the test that calls it when they differ. */
export function decodeBoth(signal: OtlpSignal, request: Message): Decoded {
  const fromBytes = decodeOtlp(signal, { form: 'protobuf', bytes: encodeOtlp(signal, request) }, testContext());
  const fromText = decodeOtlp(signal, { form: 'json', text: JSON.stringify(request) }, testContext());
  if (!fromBytes.ok) throw new Error(`protobuf: ${fromBytes.failure.message}`);
  if (!fromText.ok) throw new Error(`JSON: ${fromText.failure.message}`);
  if (show(fromBytes.value) !== show(fromText.value)) {
    throw new Error(`The encodings differ:\n${show(fromBytes.value)}\n${show(fromText.value)}`);
  }
  return fromBytes.value;
}

/** Everything of what was decoded, as text; typed arrays and maps included. */
function show(decoded: Decoded): string {
  return JSON.stringify(decoded, (_, value: unknown) => {
    if (value instanceof Map) return [...value];
    if (value instanceof Float64Array) return [...value].map(String);
    return typeof value === 'number' && !Number.isFinite(value) ? String(value) : value;
  });
}

/** `{key: value}` as OTLP's list. */
export function attributes(values: Readonly<Record<string, unknown>>): readonly Message[] {
  return Object.entries(values).map(([key, value]) => ({ key, value: anyValue(value) }));
}

export function anyValue(value: unknown): Message {
  switch (typeof value) {
    case 'string':
      return { stringValue: value };
    case 'boolean':
      return { boolValue: value };
    case 'number':
      return Number.isInteger(value) ? { intValue: String(value) } : { doubleValue: value };
    case 'bigint':
      return { intValue: value.toString() };
    default:
      if (Array.isArray(value)) return { arrayValue: { values: value.map(anyValue) } };
      return { kvlistValue: { values: attributes(value as Record<string, unknown>) } };
  }
}

export const RESOURCE: Readonly<Record<string, unknown>> = {
  'service.name': 'api',
  'service.version': '1.4.0',
  'deployment.environment.name': 'production',
  'host.name': 'web-1',
};

/** Milliseconds as OTLP writes its instants. */
export function nanos(ms: number, ns = 0): string {
  return `${ms}${String(ns).padStart(6, '0')}`;
}

export const TRACE_ID = '0af7651916cd43dd8448eb211c80319c';
export const SPAN_ID = 'b7ad6b7169203331';

/** A request with one span. */
export function traces(span: Message, resource = RESOURCE): Message {
  return {
    resourceSpans: [
      {
        resource: { attributes: attributes(resource) },
        scopeSpans: [
          {
            scope: { name: 'test' },
            spans: [
              {
                traceId: TRACE_ID,
                spanId: SPAN_ID,
                name: 'span',
                startTimeUnixNano: nanos(NOW - 250, 500_000),
                endTimeUnixNano: nanos(NOW),
                ...span,
              },
            ],
          },
        ],
      },
    ],
  };
}

/** A request with one log record. */
export function logs(record: Message, resource = RESOURCE): Message {
  return {
    resourceLogs: [
      {
        resource: { attributes: attributes(resource) },
        scopeLogs: [{ scope: { name: 'shop.cart' }, logRecords: [{ timeUnixNano: nanos(NOW), ...record }] }],
      },
    ],
  };
}

/** A request with one metric. */
export function metrics(
  metric: Message,
  resource: Readonly<Record<string, unknown>> = { 'service.name': 'api' },
): Message {
  return {
    resourceMetrics: [
      {
        resource: { attributes: attributes(resource) },
        scopeMetrics: [{ scope: { name: 'test' }, metrics: [metric] }],
      },
    ],
  };
}
