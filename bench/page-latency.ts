import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startRecordingProvider } from '../test/crash/recording-provider.ts';
import { RetryingClient, type SentEvent } from '../test/crash/retrying-client.ts';
import { freePort, ServerProcess } from '../test/crash/server-process.ts';
import { measurePrometheus, prometheusIsInstalled } from './peer-prometheus.ts';

/**
 * From the event that crosses a counting threshold to the webhook, with the shipped program: each trial has a shop of its own that
 * fails three times, and then the fourth time. Measured from before the request of the fourth to its page being written down.
 */
const TRIALS = Number(process.argv[2] ?? 300);
const PEER_TRIALS = 20;

const folder = await mkdtemp(join(tmpdir(), 'watchbill-latency-'));
const secret = `whsec_${randomBytes(24).toString('base64')}`;
const provider = await startRecordingProvider(join(folder, 'provider.ndjson'), secret);
const key = `wb_ingest_${'b'.repeat(16)}_${'c'.repeat(32)}`;
const server = new ServerProcess({
  plan: join(import.meta.dirname, '../test/crash/plan.yaml'),
  dataFolder: join(folder, 'data'),
  port: await freePort(),
  intakePort: await freePort(),
  environment: {
    WATCHBILL_INGEST_KEY: key,
    WATCHBILL_EGRESS_ALLOW: `127.0.0.1:${provider.port}`,
    CRASH_WEBHOOK_URL: `http://127.0.0.1:${provider.port}/pages`,
    CRASH_WEBHOOK_SECRET: secret,
  },
});
server.start();
try {
  await server.untilReady(60_000);
  const client = new RetryingClient(server.intakeUrl, key);
  const failure = (shop: string): SentEvent => ({ name: 'payment', event_id: randomUUID(), outcome: 'failed', shop });
  const latencies: number[] = [];
  for (let trial = 0; trial < TRIALS; trial += 1) {
    const shop = `shop-0-${trial}`;
    await client.send([failure(shop), failure(shop), failure(shop)], randomUUID());
    await new Promise((resolve) => setTimeout(resolve, 150 + Math.random() * 100));
    const startMs = performance.now();
    await client.send([failure(shop)], randomUUID());
    let page: { readonly atMs: number } | undefined;
    while (page === undefined) {
      page = provider.pages.find(({ body }) => JSON.stringify(body.data.group).includes(`"${shop}"`));
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    latencies.push(page.atMs - startMs);
  }
  report('Watchbill, counting threshold', latencies, '(goal: p50 <= 50, p99 <= 250)');
  if (prometheusIsInstalled()) {
    const peer = await measurePrometheus(join(folder, 'peer'), PEER_TRIALS);
    report('Prometheus + Alertmanager at 1 s, gauge', peer, '');
  } else console.log('Prometheus and Alertmanager are not installed: no peer in this run');
} finally {
  await server.stop();
  await provider.stop();
  await rm(folder, { recursive: true, force: true });
}

function report(name: string, latencies: readonly number[], goal: string): void {
  const sorted = [...latencies].sort((left, right) => left - right);
  const at = (share: number) =>
    (sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0).toFixed(1);
  console.log(
    `${name}: ${sorted.length} pages, event to webhook p50 ${at(0.5)} ms, p90 ${at(0.9)} ms, p99 ${at(0.99)} ms, longest ${at(1)} ms ${goal}`,
  );
}
