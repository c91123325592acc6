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

/**
 * Events a second that are durable (fdatasync before each answer) and judged by live signals when they are answered, over loopback: wide
 * JSON events of about 186 bytes, 500 a request, each request another body. Sender, intake and store share the machine's processors. First
 * intake alone, with a telemetry store that takes everything and does nothing; then with the real one, whose loader works meanwhile.
 */
const SECONDS = Number(process.argv[2] ?? 5);
const CONNECTIONS = 16;
const EVENTS_PER_REQUEST = 500;
const KEY = `wb_ingest_${'b'.repeat(16)}_${'c'.repeat(32)}`;

interface Served {
  readonly port: number;
}

interface Sent {
  readonly events: number;
  readonly bytes: number;
  readonly ms: number;
  readonly latencies: number[];
  readonly cpuMs: number;
}

interface Asked {
  readonly waiting: number;
  readonly spoolBytes: number;
}

if (process.argv[2] === 'serve') {
  const [signals, folder, address] = process.argv.slice(3);
  await serve(Number(signals), String(folder), address === undefined ? undefined : JSON.parse(address));
} else if (process.argv[2] === 'send') await send(Number(process.argv[3]), Number(process.argv[4]));
else {
  for (const signals of [10, 50]) await measure(signals);
  await measureWithStore(50);
}

async function measure(signals: number): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'watchbill-intake-'));
  const { server, port } = await startServing([String(signals), folder]);
  const before = threadsUsageOf(pidOf(server));
  const sent = await runSender(port);
  const used = usedSince(before, pidOf(server));
  console.log(`intake alone, ${signals} signals: ${rateOf(sent)}`);
  console.log(
    `    CPU µs an event: ${share(used.main, sent)} intake's main thread, ${share(used.rest, sent)} its others (disk, garbage), ${share(sent.cpuMs, sent)} the sender`,
  );
  await stopServing(server);
  await rm(folder, { recursive: true, force: true });
}

async function measureWithStore(signals: number): Promise<void> {
  const clock = createSystemClock();
  const folder = await mkdtemp(join(tmpdir(), 'watchbill-intake-'));
  // Open, so that the store's user reaches it and nothing is left outside of it when we are root.
  await chmod(folder, 0o755);
  const store = await startStoreChild({ dataFolder: folder, clock, password: 'bench' });
  await prepareClickHouse(store);
  const client = openClickHouse(store);
  await migrateClickHouse(client, clock.now());
  const { url, username, password } = store;
  const { server, port } = await startServing([String(signals), folder, JSON.stringify({ url, username, password })]);
  const before = { intake: threadsUsageOf(pidOf(server)), store: cpuMsOf([pidOf(store)]) };
  const begun = performance.now();
  const sent = await runSender(port);
  const atEnd = await ask(server);
  while ((await ask(server)).waiting > 0) await setTimeout(20);
  // What is still in the open segment is loaded once that is sealed, a second later at most.
  const count = async (): Promise<number> => {
    const answer = await client.query({ query: 'select toUInt32(count()) as n from events', format: 'JSONEachRow' });
    return (await answer.json<{ n: number }>())[0]?.n ?? 0;
  };
  while ((await count()) < sent.events) await setTimeout(20);
  const loadedMs = performance.now() - begun;
  const used = usedSince(before.intake, pidOf(server));
  const storeMs = cpuMsOf([pidOf(store)]) - before.store;
  console.log(`intake with its store, ${signals} signals: ${rateOf(sent)}`);
  console.log(
    `    the store has all of them ${((loadedMs - sent.ms) / 1_000).toFixed(1)} s after the last answer: ${thousands((sent.events / loadedMs) * 1_000)} events/s loaded; at the last answer ${atEnd.waiting} segments were waiting`,
  );
  console.log(
    `    CPU µs an event: ${share(used.main, sent)} intake's main thread, ${share(used.rest, sent)} its others (loader, disk, garbage), ${share(storeMs, sent)} the store, ${share(sent.cpuMs, sent)} the sender`,
  );
  console.log(
    `    most memory: intake ${peakMiBOf([pidOf(server)])} MiB, store ${peakMiBOf([pidOf(store)])} MiB; spool ${(atEnd.spoolBytes / sent.events).toFixed(0)} bytes an event at the last answer`,
  );
  await stopServing(server);
  await client.close();
  await store.stop();
  await rm(folder, { recursive: true, force: true });
}

async function startServing(
  options: readonly string[],
): Promise<{ readonly server: ChildProcess; readonly port: number }> {
  const server = fork(import.meta.filename, ['serve', ...options]);
  const { port } = await new Promise<Served>((resolve) => {
    server.once('message', (message) => resolve(message as Served));
  });
  return { server, port };
}

async function stopServing(server: ChildProcess): Promise<void> {
  const ended = new Promise((resolve) => server.once('exit', resolve));
  server.disconnect();
  await ended;
}

function ask(server: ChildProcess): Promise<Asked> {
  return new Promise((resolve) => {
    server.once('message', (message) => resolve(message as Asked));
    server.send('ask');
  });
}

async function runSender(port: number): Promise<Sent> {
  const sender = fork(import.meta.filename, ['send', String(port), String(SECONDS)]);
  return new Promise<Sent>((resolve) => {
    sender.once('message', (message) => resolve(message as Sent));
  });
}

function rateOf(sent: Sent): string {
  const latencies = sent.latencies.sort((left, right) => left - right);
  const at = (part: number) => (latencies[Math.floor((latencies.length - 1) * part)] ?? 0).toFixed(1);
  return (
    `${thousands((sent.events / sent.ms) * 1_000)} events/s acknowledged durably (${(sent.bytes / sent.events).toFixed(0)} bytes each), ` +
    `request p50 ${at(0.5)} ms, p99 ${at(0.99)} ms (goal: >= 250,000)`
  );
}

function thousands(value: number): string {
  return Math.round(value).toLocaleString('en');
}

/** Microseconds an event. */
function share(ms: number, sent: Sent): string {
  return ((ms * 1_000) / sent.events).toFixed(2);
}

/** The child: intake with everything but the core. */
async function serve(signals: number, folder: string, store: ClickHouseAddress | undefined): Promise<void> {
  const clock = createSystemClock();
  const random = createSystemRandom();
  const log = console.error;
  const intake = await createIntake({
    disk: createNodeDisk(folder),
    clock,
    random,
    log,
    executors: liveExecutors(log),
    compile: (plan) => compileConfigured(plan, log),
    events: store === undefined ? { insert: async () => {} } : createThreadedSink(store),
    readings: { write: async () => {} },
  });
  const session = intake.connect(() => {});
  session.receive({
    type: 'configure',
    plans: [{ name: 'bench', version: 1, files: [{ path: 'plan.yaml', text: planOf(signals) }], watermark: 0 }],
    keys: [
      {
        id: 'b'.repeat(16),
        plan: 'bench',
        scopes: ['events:write'],
        hash: createHash('sha256').update(KEY).digest('hex'),
      },
    ],
  });
  // Keys count once the disk holds the plan.
  while (!intake.authorize(`Bearer ${KEY}`, 'events:write').ok) await setTimeout(1);
  const server = await startServer({ intake, host: '127.0.0.1', port: 0, clock, log });
  process.send?.({ port: server.port } satisfies Served);
  process.on('message', () => {
    const { segmentsWaiting, spoolBytes } = intake.status();
    process.send?.({ waiting: segmentsWaiting, spoolBytes } satisfies Asked);
  });
  process.on('disconnect', () => process.exit());
}

function planOf(signals: number): string {
  const kinds = [
    (n: number) => `share(requests where status >= ${500 + n}) over 5m, at least 20`,
    (n: number) => `p95(requests.duration where status != ${n}) over 5m`,
    (n: number) => `count(requests where route = "/r${n}") over ${n + 1}m`,
    (n: number) => `avg(requests.bytes where status < ${300 + n}) over 10m`,
    (n: number) => `unique(requests.user where status < ${400 + n}) over 10m`,
  ];
  const lines = Array.from({ length: signals }, (_, n) => `  s${n}: ${kinds[n % kinds.length]?.(n)}`);
  return [
    'plan: bench',
    'title: Bench',
    'timezone: UTC',
    'launch: 2026-01-01 09:00',
    'phases:',
    '  run: from T+0',
    'people:',
    '  ann: { email: ann@bench.example }',
    'signals:',
    ...lines,
    'severities:',
    '  high: { notify: [ann by app], respond: 15m }',
    'rules:',
    '  errors: { when: s0 > 90%, severity: high }',
    '',
  ].join('\n');
}

/** The other child: connections that send the next request when the last was answered. Each body is made once and changed in a few bytes. */
async function send(port: number, seconds: number): Promise<void> {
  const events = Array.from({ length: EVENTS_PER_REQUEST }, (_, index) => ({
    name: 'request',
    time: '0000000000000',
    user: `user-${index % 97}`,
    duration_ms: 12.5 + (index % 50),
    status: index % 40 === 0 ? 500 : 200,
    method: index % 3 === 0 ? 'POST' : 'GET',
    route: `/r${index % 20}`,
    bytes: 1_000 + index,
    region: 'eu-central-1',
    host: `web-${index % 4}`,
    outcome: 'ok',
  }));
  const text = JSON.stringify(events).replaceAll('"0000000000000"', '0000000000000');
  const sent = { events: 0, bytes: 0, ms: 0, latencies: [] as number[], cpuMs: 0 };
  const start = performance.now();
  const before = process.cpuUsage();
  const end = start + seconds * 1_000;
  let serial = 0;
  const run = async (): Promise<void> => {
    const body = Buffer.from(text.replaceAll('0000000000000', String(Date.now())));
    const head = Buffer.from(
      `POST /v1/events HTTP/1.1\r\nhost: bench\r\nauthorization: Bearer ${KEY}\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n`,
    );
    const request = Buffer.concat([head, body]);
    const userAt = request.indexOf('user-0');
    const socket = connect(port, '127.0.0.1');
    let answered = (): void => {};
    socket.on('data', (chunk) => {
      if (!chunk.toString('latin1').startsWith('HTTP/1.1 200')) throw new Error(chunk.toString());
      answered();
    });
    while (performance.now() < end) {
      // Another body each time, as real ones are: the same one would be recognised and not stored.
      serial = (serial + 1) % 1_000_000;
      request.write(serial.toString(36).padStart(6, '_'), userAt, 'latin1');
      const began = performance.now();
      const wait = new Promise<void>((resolve) => {
        answered = resolve;
      });
      socket.write(request);
      await wait;
      sent.latencies.push(performance.now() - began);
      sent.events += EVENTS_PER_REQUEST;
      sent.bytes += body.length;
    }
    socket.destroy();
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, run));
  sent.ms = performance.now() - start;
  const used = process.cpuUsage(before);
  sent.cpuMs = (used.user + used.system) / 1_000;
  process.send?.(sent);
  process.disconnect?.();
}
