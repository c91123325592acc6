import { fork } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { createIntake } from '../src/intake/intake.ts';
import { compileConfigured, liveExecutors } from '../src/intake/process.ts';
import { startServer } from '../src/intake/server.ts';
import { createNodeDisk } from '../src/intake/spool/node-disk.ts';
import { createSystemClock } from '../src/system-clock.ts';
import { createSystemRandom } from '../src/system-random.ts';

/**
 * Events a second that are durable and judged by live signals when they are answered, over loopback: wide JSON events of
 * about 213 bytes, 500 a request, each request another body. The telemetry store is left out: its loader works in a thread
 * of its own.
 */
const SECONDS = Number(process.argv[2] ?? 5);
const CONNECTIONS = 8;
const EVENTS_PER_REQUEST = 500;
const KEY = `wb_ingest_${'b'.repeat(16)}_${'c'.repeat(32)}`;

if (process.argv[2] === 'serve') await serve(Number(process.argv[3]), String(process.argv[4]));
else if (process.argv[2] === 'send') await send(Number(process.argv[3]), Number(process.argv[4]));
else await measure();

async function measure(): Promise<void> {
  for (const signals of [10, 50]) {
    const folder = await mkdtemp(join(tmpdir(), 'watchbill-intake-'));
    const server = fork(import.meta.filename, ['serve', String(signals), folder]);
    const port = await new Promise<number>((resolve) => {
      server.once('message', (message) => resolve(Number(message)));
    });
    const sender = fork(import.meta.filename, ['send', String(port), String(SECONDS)]);
    const result = await new Promise<{ events: number; bytes: number; ms: number; latencies: number[] }>((resolve) => {
      sender.once('message', (message) => resolve(message as never));
    });
    const cpuMs = await new Promise<number>((resolve) => {
      server.once('message', (message) => resolve(Number(message)));
      server.send('cpu');
    });
    const rate = (result.events / result.ms) * 1_000;
    const latencies = result.latencies.sort((left, right) => left - right);
    const at = (share: number) => (latencies[Math.floor((latencies.length - 1) * share)] ?? 0).toFixed(1);
    console.log(
      `intake, ${signals} signals: ${Math.round(rate).toLocaleString('en')} events/s acknowledged durably ` +
        `(${(result.bytes / result.events).toFixed(0)} bytes each, ${((cpuMs * 1_000) / result.events).toFixed(1)} CPU µs each), ` +
        `request p50 ${at(0.5)} ms, p99 ${at(0.99)} ms (goal: >= 100,000, later 250,000)`,
    );
    server.disconnect();
    server.kill();
    await rm(folder, { recursive: true, force: true });
  }
}

/** The child: intake with everything but ClickHouse and the core. */
async function serve(signals: number, folder: string): Promise<void> {
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
    events: { insert: async () => {} },
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
  process.send?.(server.port);
  const before = process.cpuUsage();
  process.on('message', () => {
    const used = process.cpuUsage(before);
    process.send?.((used.user + used.system) / 1_000);
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

/** The other child: connections that send the next request when the last was answered. */
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
  const result = { events: 0, bytes: 0, ms: 0, latencies: [] as number[] };
  const start = performance.now();
  const end = start + seconds * 1_000;
  let serial = 0;
  const run = async (): Promise<void> => {
    const body = Buffer.from(text.replaceAll('0000000000000', String(Date.now())));
    const head = Buffer.from(
      `POST /v1/events HTTP/1.1\r\nhost: bench\r\nauthorization: Bearer ${KEY}\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n`,
    );
    const userAt = body.indexOf('user-0');
    const socket = connect(port, '127.0.0.1');
    let answered = (): void => {};
    socket.on('data', (chunk) => {
      if (!chunk.toString('latin1').startsWith('HTTP/1.1 200')) throw new Error(chunk.toString());
      answered();
    });
    while (performance.now() < end) {
      // Another body each time, as real ones are: the same one would be recognised and not stored.
      serial = (serial + 1) % 1_000_000;
      body.write(serial.toString(36).padStart(6, '_'), userAt, 'latin1');
      const began = performance.now();
      const wait = new Promise<void>((resolve) => {
        answered = resolve;
      });
      socket.write(Buffer.concat([head, body]));
      await wait;
      result.latencies.push(performance.now() - began);
      result.events += EVENTS_PER_REQUEST;
      result.bytes += body.length;
    }
    socket.destroy();
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, run));
  result.ms = performance.now() - start;
  process.send?.(result);
  process.disconnect?.();
}
