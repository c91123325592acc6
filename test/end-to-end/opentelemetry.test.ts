import { spawn } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { freePort, ServerProcess } from '../crash/server-process.ts';
import type { ShopFigures } from './instrumented-shop.ts';
import { cleanUp, emptyFolder, getApi, INGEST_KEY, onCleanUp, removeEnginesOf, until } from './program.ts';

const PLAN = `plan: instrumented
timezone: UTC
launch: 2026-01-01 00:00
people:
  mia: { email: mia@shop.example }
sources:
  cups: samples "shop.cups"
  durations: samples "http.server.request.duration_count"
signals:
  served_by_metric: sum(durations) over 1h
  cups_sold: sum(cups) over 1h
  by_route: count(requests by route) over 1h
  by_protocol: count(requests by protocol) over 1h
  error_rate: share(requests where status >= 500) over 1h, at least 20
  error_outcomes: count(requests where outcome = "error") over 1h
  p95_response: p95(requests.duration) over 1h
  calls_made: count(calls where peer = "localhost") over 1h
  exceptions: count(errors where type = "RangeError" by route) over 1h
  error_logs: count(logs where level = "error") over 1h
  deployed: count(deployments where previous = "1.0.0") over 1h
severities:
  urgent: { notify: [mia by app] }
rules:
  errors: { when: error_rate > 90%, severity: urgent }
`;
const REQUESTS = 3_300;
const LATE = 200;
const protocols = ['http/protobuf', 'http/json', 'grpc'] as const;

afterEach(cleanUp);

test('the figures of a program with the stock SDK equal those of its own counter, over all three exporters', {
  timeout: 400_000,
}, async () => {
  const folder = await emptyFolder();
  const dataFolder = join(folder, 'data');
  removeEnginesOf(dataFolder);
  await writeFile(join(folder, 'plan.yaml'), PLAN);
  const grpcPort = await freePort();
  const server = new ServerProcess({
    plan: join(folder, 'plan.yaml'),
    dataFolder,
    port: await freePort(),
    intakePort: await freePort(),
    grpcPort,
    environment: { WATCHBILL_INGEST_KEY: INGEST_KEY },
  });
  onCleanUp(() => server.stop());
  server.start();
  await server.untilReady();

  const run = (protocol: (typeof protocols)[number], version: string): Promise<ShopFigures> =>
    runShop({
      OTEL_EXPORTER_OTLP_ENDPOINT: protocol === 'grpc' ? `http://127.0.0.1:${grpcPort}` : server.intakeUrl,
      OTEL_EXPORTER_OTLP_HEADERS: `Authorization=Bearer%20${INGEST_KEY}`,
      OTEL_EXPORTER_OTLP_PROTOCOL: protocol,
      OTEL_EXPORTER_OTLP_COMPRESSION: protocol === 'http/json' ? 'none' : 'gzip',
      OTEL_SERVICE_NAME: 'shop',
      OTEL_RESOURCE_ATTRIBUTES: `service.version=${version},deployment.environment.name=test,protocol=${protocol.replace('/', '-')}`,
      OTEL_SEMCONV_STABILITY_OPT_IN: protocol === 'grpc' ? '' : 'http',
      OTEL_BSP_SCHEDULE_DELAY: '100',
      OTEL_BSP_MAX_QUEUE_SIZE: '20000',
      OTEL_BLRP_SCHEDULE_DELAY: '100',
      OTEL_METRIC_EXPORT_INTERVAL: '1000',
      OTEL_METRIC_EXPORT_TIMEOUT: '1000',
    });
  const first = await run('http/protobuf', '1.0.0');
  const shops = [first, ...(await Promise.all([run('http/json', '1.1.0'), run('grpc', '1.1.0')]))];

  const sum = (of: (shop: ShopFigures) => number): number => shops.reduce((all, shop) => all + of(shop), 0);
  const requests = sum((shop) => shop.durations.length);
  const routes = ['/tea', '/orders/:id', '/checkout'];
  const byRoute = new Map(routes.map((route) => [route, sum((shop) => shop.requests[route] ?? 0)]));
  // The shop's two ways of counting agree, and nothing of what is to be shown is missing.
  expect([...byRoute.values()].reduce((all, count) => all + count, 0)).toBe(requests);
  expect(requests).toBe((REQUESTS + LATE) * protocols.length);
  expect(requests).toBeGreaterThanOrEqual(10_000);
  for (const shop of shops) expect(shop.batchesSentTwice).toBeGreaterThan(2);
  const failed = sum((shop) => shop.failed);
  expect(failed).toBeGreaterThan(100);

  const figures = await until('all requests', async () => {
    const known = await signals(server, dataFolder);
    const counted = routes.reduce((all, route) => all + (known.get(`by_route ["${route}"]`) ?? 0), 0);
    const hasLogs = (known.get('error_logs []') ?? 0) >= sum((shop) => shop.errorLogs);
    const hasPoints = (known.get('cups_sold []') ?? 0) >= sum((shop) => shop.cups);
    return counted >= requests && hasLogs && hasPoints ? known : undefined;
  });
  for (const [route, count] of byRoute) expect(figures.get(`by_route ["${route}"]`)).toBe(count);
  for (const protocol of ['http-protobuf', 'http-json', 'grpc']) {
    expect(figures.get(`by_protocol ["${protocol}"]`)).toBe(REQUESTS + LATE);
  }
  expect(figures.get('error_rate []')).toBeCloseTo(failed / requests, 12);
  expect(figures.get('error_outcomes []')).toBe(failed);
  const durations = shops.flatMap((shop) => shop.durations).sort((left, right) => left - right);
  const p95 = durations[Math.ceil(durations.length * 0.95) - 1] ?? 0;
  // The histogram promises one per cent of the exact percentile.
  expect(Math.abs((figures.get('p95_response []') ?? 0) / p95 - 1)).toBeLessThanOrEqual(0.01);
  expect(figures.get('calls_made []')).toBe(sum((shop) => shop.calls));
  const exceptions = routes.reduce((all, route) => all + (figures.get(`exceptions ["${route}"]`) ?? 0), 0);
  expect(exceptions).toBe(sum((shop) => shop.exceptions));
  expect(figures.get('error_logs []')).toBe(sum((shop) => shop.errorLogs));
  expect(figures.get('deployed []')).toBe(1);

  expect(figures.get('cups_sold []')).toBe(sum((shop) => shop.cups));
  // The instrumentation's own histogram counts what was served over HTTP, and so not what is told late.
  expect(figures.get('served_by_metric []')).toBe(REQUESTS * protocols.length);
});

/** Runs the program to its end; what it prints is what it has counted. */
function runShop(environment: Readonly<Record<string, string>>): Promise<ShopFigures> {
  const shop = spawn(
    process.execPath,
    [join(import.meta.dirname, 'instrumented-shop.ts'), String(REQUESTS), String(LATE)],
    { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...environment } },
  );
  onCleanUp(async () => shop.kill('SIGKILL'));
  const text = { output: '', errors: '' };
  shop.stdout.on('data', (chunk: Buffer) => {
    text.output += chunk.toString();
  });
  shop.stderr.on('data', (chunk: Buffer) => {
    text.errors += chunk.toString();
  });
  return new Promise((resolve, reject) => {
    shop.once('close', (exit) => {
      // The SDK says on its error output what it could not send.
      if (exit === 0 && text.errors === '') resolve(JSON.parse(text.output) as ShopFigures);
      else reject(new Error(`The shop ended with ${exit}: ${text.errors}${text.output.slice(0, 2_000)}`));
    });
  });
}

async function signals(server: ServerProcess, dataFolder: string): Promise<ReadonlyMap<string, number>> {
  const status = await getApi<{
    readonly plans: readonly {
      readonly signals: readonly {
        readonly signal: string;
        readonly group: readonly string[];
        readonly value?: number;
      }[];
    }[];
  }>(server, dataFolder, '/api/status');
  return new Map(
    status.plans[0]?.signals.flatMap(({ signal, group, value }) =>
      value === undefined ? [] : [[`${signal} ${JSON.stringify(group)}`, value] as const],
    ),
  );
}
