import { type ChildProcess, fork } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { type ClickHouseAddress, openClickHouse, prepareClickHouse } from '#storage/clickhouse/client.ts';
import { migrateClickHouse } from '#storage/clickhouse/migrate.ts';
import { startStoreChild } from '#storage/embedded/store-child-process.ts';
import { createIntake } from '../src/intake/intake.ts';
import { compileConfigured, liveExecutors } from '../src/intake/process.ts';
import { startServer } from '../src/intake/server.ts';
import { createNodeDisk } from '../src/intake/spool/node-disk.ts';
import { createThreadedSink } from '../src/intake/threaded-sink.ts';
import { createSystemClock } from '../src/system-clock.ts';
import { createSystemRandom } from '../src/system-random.ts';
import { cpuMsOf, peakMiBOf, pidOf, threadsUsageOf, usedSince } from './kit/process-usage.ts';
import { remoteWriteBodies, remoteWriteScrapes } from './payloads/remote-write.ts';

/**
 * Samples a second by Prometheus remote write, over loopback, until they are durable and judged, with the real store loading them beside it:
 * how many, what that costs each process, and what they take on the disk. A plan reads two of the series' names.
 */
const SAMPLES = 1_000_000 * Number(process.argv[2] ?? 4);
const SAMPLES_PER_REQUEST = 2_000;
const CONNECTIONS = 4;
const KEY = `wb_ingest_${'b'.repeat(16)}_${'c'.repeat(32)}`;
const SERIES = [500, 5_000, 45_000];

const PLAN = `plan: bench
title: Bench
timezone: UTC
launch: 2026-01-01 09:00
people:
  ann: { email: ann@bench.example }
sources:
  paid:   samples "http_requests_40_total"
  memory: samples "queue_memory_9_level"
signals:
  pace: rate(paid) over 5m
  most: max(memory) over 5m
severities:
  high: { notify: [ann by app] }
rules:
  fast: { when: pace > 1000000/s, severity: high }
`;

interface Sent {
  readonly samples: number;
  readonly ms: number;
  readonly cpuMs: number;
  readonly latencies: number[];
}

if (process.argv[2] === 'serve') await serve(String(process.argv[3]), JSON.parse(String(process.argv[4])));
else if (process.argv[2] === 'send')
  await send(Number(process.argv[3]), Number(process.argv[4]), Number(process.argv[5]));
else for (const series of SERIES) await measure(series);

async function measure(series: number): Promise<void> {
  const clock = createSystemClock();
  const folder = await mkdtemp(join(tmpdir(), 'watchbill-remote-write-'));
  // Open, so that the store's user reaches it and nothing is left outside of it when we are root.
  await chmod(folder, 0o755);
  const store = await startStoreChild({ dataFolder: folder, clock, password: 'bench' });
  await prepareClickHouse(store);
  const client = openClickHouse(store);
  await migrateClickHouse(client, clock.now());
  const { url, username, password } = store;
  const server = fork(import.meta.filename, ['serve', folder, JSON.stringify({ url, username, password })]);
  const port = await answerOf<number>(server);
  const sender = fork(import.meta.filename, ['send', String(port), String(series), String(SAMPLES)]);
  // The bodies are made before anything is measured.
  await answerOf(sender);
  const before = { intake: threadsUsageOf(pidOf(server)), store: cpuMsOf([pidOf(store)]) };
  const begun = performance.now();
  sender.send('go');
  const sent = await answerOf<Sent>(sender);
  while ((await storedSamples(client)) < sent.samples) await setTimeout(50);
  const loadedMs = performance.now() - begun;
  const intake = usedSince(before.intake, pidOf(server));
  const storeMs = cpuMsOf([pidOf(store)]) - before.store;
  const perMillion = (ms: number): string => ((ms * 1_000) / sent.samples).toFixed(2);
  const latencies = sent.latencies.sort((left, right) => left - right);
  const at = (share: number): string => (latencies[Math.floor((latencies.length - 1) * share)] ?? 0).toFixed(1);
  const rate = (ms: number): string => Math.round((sent.samples / ms) * 1_000).toLocaleString('en');
  console.log(
    `remote write, ${series} series: ${rate(sent.ms)} samples/s acknowledged durably, ${rate(loadedMs)} loaded (goal: >= 800,000), request p50 ${at(0.5)} ms, p99 ${at(0.99)} ms`,
  );
  console.log(
    `    CPU s a million: ${perMillion(intake.main + intake.rest + storeMs)} in all (goal: <= 2.2): ${perMillion(intake.main)} intake's main thread, ${perMillion(intake.rest)} its others, ${perMillion(storeMs)} the store; ${perMillion(sent.cpuMs)} the sender`,
  );
  const bytes = await bytesOnDisk(client);
  await client.command({ query: 'optimize table samples final' });
  const merged = await bytesOnDisk(client);
  console.log(
    `    bytes a sample on disk: ${(bytes / sent.samples).toFixed(2)}, merged ${(merged / sent.samples).toFixed(2)} (goal: <= 3); ${remoteWriteScrapes(series, sent.samples)} points a series; most memory: intake ${peakMiBOf([pidOf(server)])} MiB, store ${peakMiBOf([pidOf(store)])} MiB`,
  );
  await ended(server);
  await client.close();
  await store.stop();
  await rm(folder, { recursive: true, force: true });
}

function answerOf<Answer>(child: ChildProcess): Promise<Answer> {
  return new Promise((resolve) => child.once('message', (message) => resolve(message as Answer)));
}

async function ended(child: ChildProcess): Promise<void> {
  const exit = new Promise((resolve) => child.once('exit', resolve));
  child.disconnect();
  await exit;
}

async function storedSamples(client: ReturnType<typeof openClickHouse>): Promise<number> {
  const answer = await client.query({ query: 'select toUInt32(count()) as n from samples', format: 'JSONEachRow' });
  return (await answer.json<{ n: number }>())[0]?.n ?? 0;
}

async function bytesOnDisk(client: ReturnType<typeof openClickHouse>): Promise<number> {
  const answer = await client.query({
    query:
      "select toFloat64(sum(bytes_on_disk)) as n from system.parts where active and table in ('samples', 'series')",
    format: 'JSONEachRow',
  });
  return (await answer.json<{ n: number }>())[0]?.n ?? 0;
}

/** One child: intake with everything but the core. */
async function serve(folder: string, store: ClickHouseAddress): Promise<void> {
  const clock = createSystemClock();
  const log = console.error;
  const intake = await createIntake({
    disk: createNodeDisk(folder),
    clock,
    random: createSystemRandom(),
    log,
    executors: liveExecutors(log),
    compile: (plan) => compileConfigured(plan, log),
    events: createThreadedSink(store),
    readings: { write: async () => {} },
  });
  const session = intake.connect(() => {});
  session.receive({
    type: 'configure',
    plans: [{ name: 'bench', version: 1, files: [{ path: 'plan.yaml', text: PLAN }], watermark: 0 }],
    keys: [
      {
        id: 'b'.repeat(16),
        plan: 'bench',
        scopes: ['rw:write'],
        hash: createHash('sha256').update(KEY).digest('hex'),
      },
    ],
  });
  // Keys count once the disk holds the plan.
  while (!intake.authorize(`Bearer ${KEY}`, 'rw:write').ok) await setTimeout(1);
  const server = await startServer({ intake, host: '127.0.0.1', port: 0, clock, log });
  process.send?.(server.port);
  process.on('disconnect', () => process.exit());
}

/** The other child: connections that send the next request when the last was answered, with bodies that were made before. */
async function send(port: number, series: number, samples: number): Promise<void> {
  const requests = Math.ceil(samples / SAMPLES_PER_REQUEST);
  const load = { series, samplesPerRequest: SAMPLES_PER_REQUEST, requests, until: Date.now() };
  const bodies = [...remoteWriteBodies(load)];
  process.send?.('ready');
  await new Promise((resolve) => process.once('message', resolve));
  const latencies: number[] = [];
  const before = process.cpuUsage();
  const start = performance.now();
  let next = 0;
  const run = async (): Promise<void> => {
    const socket = connect(port, '127.0.0.1');
    let answered = (): void => {};
    socket.on('data', (chunk) => {
      if (!chunk.toString('latin1').startsWith('HTTP/1.1 200')) throw new Error(chunk.toString());
      answered();
    });
    for (let body = bodies[next++]; body !== undefined; body = bodies[next++]) {
      const head = `POST /api/v1/write HTTP/1.1\r\nhost: bench\r\nauthorization: Bearer ${KEY}\r\ncontent-type: application/x-protobuf\r\ncontent-encoding: snappy\r\ncontent-length: ${body.length}\r\n\r\n`;
      const began = performance.now();
      const wait = new Promise<void>((resolve) => {
        answered = resolve;
      });
      socket.write(Buffer.concat([Buffer.from(head), body]));
      await wait;
      latencies.push(performance.now() - began);
    }
    socket.destroy();
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, run));
  const ms = performance.now() - start;
  const used = process.cpuUsage(before);
  process.send?.({
    samples: requests * SAMPLES_PER_REQUEST,
    ms,
    cpuMs: (used.user + used.system) / 1_000,
    latencies,
  } satisfies Sent);
  process.disconnect?.();
}
