import { createHmac } from 'node:crypto';
import { otlpGrpcPaths } from '../../src/intake/otlp/grpc.ts';
import { encodeOtlp } from '../../src/intake/otlp/test-support.ts';
import { encodeWriteRequest } from '../kit/remote-write.ts';

/** What a hostile sender varies of a good request. */
export interface Ingredients {
  /** Stands in every text of the request; unique, so that it can be looked for in the store. */
  readonly text: string;
  /** Where a name may be chosen freely. */
  readonly field: string;
  /** ms since 1970. */
  readonly time: number;
  readonly value: number;
}

export interface Protocol {
  /** Method and path as the receiver has them: a route that is not here fails the suite. */
  readonly route: string;
  readonly path: string;
  /** The path where it holds a credential; `path` without it. */
  readonly pathWith?: (credentials: Credentials) => string;
  /** HTTP/1.1 without it. */
  readonly transport?: 'grpc';
  /** Sent packed in this way. */
  readonly packing: 'identity' | 'snappy';
  readonly headers: (credentials: Credentials, body: Uint8Array) => Readonly<Record<string, string>>;
  /** A good request as a tree of values, for what is JSON. */
  readonly tree?: (of: Ingredients) => unknown;
  readonly body: (of: Ingredients) => Uint8Array;
  /** The body around a tree that was changed. */
  readonly bodyOf?: (tree: string) => Uint8Array;
}

export interface Credentials {
  readonly key: string;
  readonly sentryKey: string;
  readonly webhookSecret: string;
  readonly proberKey: string;
  readonly heartbeatKey: string;
}

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const bearer = ({ key }: Credentials, type: string): Readonly<Record<string, string>> => ({
  authorization: `Bearer ${key}`,
  'content-type': type,
});
const nanos = (ms: number): string => `${BigInt(Math.trunc(ms)) * 1_000_000n}`;

const event = ({ text, field, time, value }: Ingredients): unknown => ({
  name: text,
  time,
  user: text,
  value,
  duration_ms: Math.abs(value),
  message: text,
  [field]: text,
  nested: { inner: text, [field]: text },
});

const attributes = ({ text, field }: Ingredients): unknown[] => [
  { key: 'service.name', value: { stringValue: text } },
  { key: 'service.version', value: { stringValue: text } },
  { key: field, value: { stringValue: text } },
  { key: 'list', value: { arrayValue: { values: [{ stringValue: text }] } } },
];

const otlp = {
  traces: (of: Ingredients): unknown => ({
    resourceSpans: [
      {
        resource: { attributes: attributes(of) },
        scopeSpans: [
          {
            scope: { name: of.text },
            spans: [
              {
                traceId: '5b8efff798038103d269b633813fc60c',
                spanId: 'eee19b7ec3c1b174',
                name: of.text,
                kind: 2,
                startTimeUnixNano: nanos(of.time),
                endTimeUnixNano: nanos(of.time + 5),
                attributes: attributes(of),
                status: { code: 2, message: of.text },
                events: [{ name: 'exception', timeUnixNano: nanos(of.time), attributes: attributes(of) }],
              },
            ],
          },
        ],
      },
    ],
  }),
  metrics: (of: Ingredients): unknown => ({
    resourceMetrics: [
      {
        resource: { attributes: attributes(of) },
        scopeMetrics: [
          {
            metrics: [
              {
                name: of.text,
                description: of.text,
                unit: of.text,
                gauge: {
                  dataPoints: [{ timeUnixNano: nanos(of.time), asDouble: of.value, attributes: attributes(of) }],
                },
              },
            ],
          },
        ],
      },
    ],
  }),
  logs: (of: Ingredients): unknown => ({
    resourceLogs: [
      {
        resource: { attributes: attributes(of) },
        scopeLogs: [
          {
            logRecords: [
              {
                timeUnixNano: nanos(of.time),
                severityText: of.text,
                severityNumber: 9,
                body: { stringValue: of.text },
                attributes: attributes(of),
              },
            ],
          },
        ],
      },
    ],
  }),
};

const otlpJson = (signal: keyof typeof otlp): Protocol => ({
  route: `POST /v1/${signal}`,
  path: `/v1/${signal}`,
  packing: 'identity',
  headers: (credentials) => bearer(credentials, 'application/json'),
  tree: otlp[signal],
  body: (of) => bytes(JSON.stringify(otlp[signal](of))),
  bodyOf: bytes,
});
const otlpProtobuf = (signal: keyof typeof otlp): Protocol => ({
  route: `POST /v1/${signal}`,
  path: `/v1/${signal}`,
  packing: 'identity',
  headers: (credentials) => bearer(credentials, 'application/x-protobuf'),
  body: (of) => encodeOtlp(signal, otlp[signal](of) as never),
});

const otlpGrpc = (signal: keyof typeof otlp): Protocol => ({
  route: `gRPC ${otlpGrpcPaths[signal]}`,
  path: otlpGrpcPaths[signal],
  transport: 'grpc',
  packing: 'identity',
  headers: ({ key }) => ({ authorization: `Bearer ${key}` }),
  body: (of) => encodeOtlp(signal, otlp[signal](of) as never),
});

const sentryEvent = ({ text, field, time, value }: Ingredients): unknown => ({
  event_id: createHmac('sha256', 'id').update(text).update(String(time)).digest('hex').slice(0, 32),
  timestamp: time / 1_000,
  level: 'error',
  message: text,
  release: text,
  environment: text,
  user: { id: text },
  tags: { [field]: text, value },
  exception: {
    values: [{ type: text, value: text, stacktrace: { frames: [{ filename: text, function: text, lineno: 1 }] } }],
  },
});
const envelope = (item: string): Uint8Array => bytes(`{}\n{"type":"event"}\n${item}\n`);
const sentryHeaders = ({ sentryKey }: Credentials): Readonly<Record<string, string>> => ({
  'x-sentry-auth': `Sentry sentry_version=7, sentry_key=${sentryKey}`,
  'content-type': 'application/x-sentry-envelope',
});
const sentry = (ending: string, wrap: (item: string) => Uint8Array): Protocol => ({
  route: `POST /api/:project/${ending}`,
  path: `/api/1/${ending}`,
  packing: 'identity',
  headers: sentryHeaders,
  tree: sentryEvent,
  body: (of) => wrap(JSON.stringify(sentryEvent(of))),
  bodyOf: wrap,
});

const hook = ({ text, field, value }: Ingredients): unknown => ({
  id: `${text.slice(0, 40)}-${value}`,
  type: text,
  data: { [field]: text, inner: { text, value } },
});

const check = ({ text, field, time, value }: Ingredients): unknown => ({
  results: [
    {
      probe: 'front',
      dueAt: time,
      at: time,
      outcome: 'failed',
      reason: 'timed-out',
      message: text,
      durationMs: Math.abs(value),
      fields: { [field]: text },
      evidence: text,
    },
  ],
});

const question = ({ text, field, time }: Ingredients): unknown => ({
  probe: 'front',
  dueAt: time,
  run: `wb${'a'.repeat(24)}`,
  [field]: text,
});

const ofProber = (route: string, tree: (of: Ingredients) => unknown): Protocol => ({
  route: `POST ${route}`,
  path: `${route}?location=elsewhere`,
  packing: 'identity',
  headers: ({ proberKey }) => ({ authorization: `Bearer ${proberKey}`, 'content-type': 'application/json' }),
  tree,
  body: (of) => bytes(JSON.stringify(tree(of))),
  bodyOf: bytes,
});

const checkIn = (ending: string, signal: string): Protocol => ({
  route: `POST /v1/heartbeats/:key/:name${ending}`,
  path: `/v1/heartbeats/k/nightly${signal}`,
  pathWith: ({ heartbeatKey }) => `/v1/heartbeats/${heartbeatKey}/nightly${signal}`,
  packing: 'identity',
  headers: () => ({ 'content-type': 'text/plain' }),
  body: ({ text }) => bytes(text),
});

/** One entry for each receiver and form. */
export const protocols: readonly Protocol[] = [
  {
    route: 'POST /v1/events',
    path: '/v1/events',
    packing: 'identity',
    headers: (credentials) => bearer(credentials, 'application/json'),
    tree: event,
    body: (of) => bytes(JSON.stringify(event(of))),
    bodyOf: bytes,
  },
  {
    route: 'POST /v1/events',
    path: '/v1/events',
    packing: 'identity',
    headers: (credentials) => bearer(credentials, 'application/x-ndjson'),
    body: (of) => bytes(`${JSON.stringify(event(of))}\n${JSON.stringify(event(of))}\n`),
  },
  otlpJson('traces'),
  otlpJson('metrics'),
  otlpJson('logs'),
  otlpProtobuf('traces'),
  otlpProtobuf('metrics'),
  otlpProtobuf('logs'),
  otlpGrpc('traces'),
  otlpGrpc('metrics'),
  otlpGrpc('logs'),
  {
    route: 'POST /api/v1/write',
    path: '/api/v1/write',
    packing: 'snappy',
    headers: (credentials) => bearer(credentials, 'application/x-protobuf'),
    body: ({ text, field, time, value }) =>
      encodeWriteRequest([
        {
          labels: [
            ['__name__', text],
            ['job', text],
            [field, text],
          ],
          samples: [{ value, timestamp: Math.trunc(time) }],
        },
      ]),
  },
  sentry('envelope/', envelope),
  sentry('envelope', envelope),
  sentry('store/', bytes),
  sentry('store', bytes),
  {
    route: 'POST /v1/webhooks/:plan/:name',
    path: '/v1/webhooks/shop/crm',
    packing: 'identity',
    headers: ({ webhookSecret }, body) => ({
      'content-type': 'application/json',
      'x-signature': createHmac('sha256', webhookSecret).update(body).digest('hex'),
    }),
    tree: hook,
    body: (of) => bytes(JSON.stringify(hook(of))),
    bodyOf: bytes,
  },
  ofProber('/v1/checks', check),
  ofProber('/v1/looks', question),
  checkIn('', ''),
  checkIn('/:signal', '/fail'),
];

/** Routes that take no body. */
export const routesWithoutBody: readonly string[] = [
  'GET /metrics',
  'GET /v1/probes',
  'GET /v1/heartbeats/:key/:name',
  'GET /v1/heartbeats/:key/:name/:signal',
];
