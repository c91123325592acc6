/**
 * A shop that is instrumented with the stock OpenTelemetry SDK, as a program of its own: it serves requests over real HTTP, sends itself so many,
 * and in the end prints what it has counted by itself. It knows nothing of Watchbill; where its telemetry goes stands in the
 * environment, as OpenTelemetry defines it.
 */

import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { logs, metrics, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { OTLPTraceExporter as GrpcExporter } from '@opentelemetry/exporter-trace-otlp-grpc';
import { OTLPTraceExporter as JsonExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { OTLPTraceExporter as ProtobufExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { HttpInstrumentation } from '@opentelemetry/instrumentation-http';
import { NodeSDK, type NodeSDKConfiguration } from '@opentelemetry/sdk-node';

type TraceExporter = NonNullable<NodeSDKConfiguration['traceExporter']>;
type Spans = Parameters<TraceExporter['export']>[0];

/** What the shop saw of itself. */
export interface ShopFigures {
  readonly requests: Readonly<Record<string, number>>;
  readonly failed: number;
  readonly calls: number;
  readonly exceptions: number;
  readonly errorLogs: number;
  readonly cups: number;
  /** Of every server span, in ms. */
  readonly durations: readonly number[];
  readonly batchesSentTwice: number;
}

const exporters = {
  'http/protobuf': () => new ProtobufExporter(),
  'http/json': () => new JsonExporter(),
  grpc: () => new GrpcExporter(),
};
const protocol = (process.env['OTEL_EXPORTER_OTLP_PROTOCOL'] ?? 'http/protobuf') as keyof typeof exporters;
const REQUESTS = Number(process.argv[2]);
const LATE = Number(process.argv[3]);
const LATE_MS = 200_000;
const CONCURRENCY = 32;

const requests: Record<string, number> = {};
const durations: number[] = [];
let failed = 0;
let calls = 0;
let exceptions = 0;
let errorLogs = 0;
let cups = 0;
let batches = 0;
let batchesSentTwice = 0;

/** Sends some batches again, whole or in part, as a sender does that has not heard the answer. */
function repeating(exporter: TraceExporter): TraceExporter {
  const send = (spans: Spans): Promise<void> =>
    new Promise((resolve, reject) =>
      exporter.export(spans, ({ code, error }) => (code === 0 ? resolve() : reject(error ?? new Error('not taken')))),
    );
  return {
    export(spans, done) {
      for (const span of spans) {
        if (span.kind === SpanKind.SERVER) durations.push(span.duration[0] * 1_000 + span.duration[1] / 1_000_000);
      }
      batches += 1;
      const again = batches % 4 === 0 ? [spans] : batches % 6 === 0 ? [spans.slice(0, spans.length / 2)] : [];
      batchesSentTwice += again.length;
      // All under way at once, or one after the other.
      const sent =
        batches % 8 === 0 ? Promise.all([send(spans), ...again.map(send)]) : send(spans).then(() => again.map(send));
      Promise.resolve(sent)
        .then((more) => Promise.all(more))
        .then(
          () => done({ code: 0 }),
          (error: unknown) => done({ code: 1, error: error instanceof Error ? error : new Error(String(error)) }),
        );
    },
    shutdown: () => exporter.shutdown(),
    ...(exporter.forceFlush !== undefined && { forceFlush: () => exporter.forceFlush?.() ?? Promise.resolve() }),
  };
}

const sdk = new NodeSDK({
  traceExporter: repeating(exporters[protocol]()),
  instrumentations: [
    new HttpInstrumentation({
      // The customers are not part of the shop; only what it asks its supplier is.
      ignoreOutgoingRequestHook: ({ path }) => path !== '/supplier',
      ignoreIncomingRequestHook: ({ url }) => url === '/supplier',
    }),
  ],
});
sdk.start();

const require = createRequire(import.meta.url);
// Loaded after the SDK has begun, so that it is the instrumented one.
const http = require('node:http') as typeof import('node:http');
const logger = logs.getLogger('shop');
const cupCounter = metrics.getMeter('shop').createCounter('shop.cups');

interface Route {
  readonly route: string;
  readonly status: number;
}

/** Deterministic, so that every run has all kinds. */
function routeOf(number: number): Route {
  if (number % 10 < 6) return { route: '/tea', status: number % 50 === 0 ? 404 : 200 };
  if (number % 10 < 9) return { route: '/orders/:id', status: number % 30 === 8 ? 500 : 201 };
  return { route: '/checkout', status: number % 40 === 9 ? 503 : 200 };
}

function count({ route, status }: Route): void {
  requests[route] = (requests[route] ?? 0) + 1;
  if (status >= 500) failed += 1;
}

const server = http.createServer((incoming, response) => {
  if (incoming.url === '/supplier') {
    response.end();
    return;
  }
  const number = Number(incoming.headers['x-number']);
  const served = routeOf(number);
  const span = trace.getActiveSpan();
  span?.setAttribute('http.route', served.route);
  if (served.status >= 500) {
    span?.recordException(new RangeError(`No tea for order ${number}`));
    exceptions += 1;
    logger.emit({ severityNumber: 17, severityText: 'ERROR', body: `order ${number} failed` });
    errorLogs += 1;
  }
  cupCounter.add(2, { route: served.route });
  cups += 2;
  const answer = (): void => {
    count(served);
    response.writeHead(served.status).end('tea');
  };
  if (number % 100 !== 0) setTimeout(answer, 1 + (number % 17) + (number % 20 === 0 ? 40 : 0));
  else {
    calls += 1;
    http.get({ port: (server.address() as AddressInfo).port, path: '/supplier' }, (supplied) =>
      supplied.resume().once('end', answer),
    );
  }
});
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
const { port } = server.address() as AddressInfo;

const agent = new http.Agent({ keepAlive: true, maxSockets: CONCURRENCY });
let sent = 0;
async function customer(): Promise<void> {
  while (sent < REQUESTS) {
    sent += 1;
    const number = sent;
    const path = routeOf(number).route.replace(':id', String(number));
    await new Promise<void>((resolve, reject) => {
      const options = { port, agent, path: `${path}?token=secret`, headers: { 'x-number': String(number) } };
      http.get(options, (response) => response.resume().once('end', resolve)).once('error', reject);
    });
  }
}
await Promise.all(Array.from({ length: CONCURRENCY }, customer));
agent.destroy();

// Requests that ended a while ago and are told only now, as by a sender that was cut off.
const tracer = trace.getTracer('shop');
for (let number = 0; number < LATE; number += 1) {
  const served = routeOf(number);
  const endedAt = Date.now() - LATE_MS - number;
  const span = tracer.startSpan('late', {
    kind: SpanKind.SERVER,
    startTime: endedAt - 5 - (number % 30),
    attributes: { 'http.route': served.route, 'http.response.status_code': served.status },
  });
  if (served.status >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
  span.end(endedAt);
  count(served);
}

await new Promise((resolve) => server.close(resolve));
await sdk.shutdown();
const figures: ShopFigures = {
  requests,
  failed,
  calls,
  exceptions,
  errorLogs,
  cups,
  durations,
  batchesSentTwice,
};
process.stdout.write(`${JSON.stringify(figures)}\n`);
