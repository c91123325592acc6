import { type ChildProcess, fork, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { freePort, ServerProcess } from '../test/crash/server-process.ts';
import { cpuMsOf, folderBytes, peakMiBOf, withDescendants } from './kit/process-usage.ts';
import { writeTable } from './kit/write-table.ts';
import { remoteWriteBodies } from './payloads/remote-write.ts';

/**
 * The same remote-write requests to Watchbill (the shipped program, all of its processes), to VictoriaMetrics and to Prometheus, one after the
 * other in one run: samples a second that are acknowledged, processor time and memory of all their processes, and bytes on the disk once at
 * rest. Watchbill has every request on the disk before it answers; VictoriaMetrics and Prometheus answer before that.
 * `--write` puts the table into docs/performance.md.
 */
const SAMPLES_PER_REQUEST = 2_000;
const CONNECTIONS = 4;
/** A multiple of what the connections carry at once, so that each series comes by one connection, in order, as Prometheus sends it. */
const SERIES = CONNECTIONS * SAMPLES_PER_REQUEST;
const SAMPLES = 4_000_000;
const KEY = `wb_ingest_${'b'.repeat(16)}_${'c'.repeat(32)}`;

const PLAN = `plan: bench
title: Bench
timezone: UTC
launch: 2026-01-01 09:00
people:
  ann: { email: ann@bench.example }
severities:
  high: { notify: [ann by app] }
`;

interface Peer {
  readonly name: string;
  readonly port: number;
  readonly path: string;
  readonly pids: () => Promise<readonly number[]>;
  /** Samples that it has taken so far, by its own count. */
  readonly taken: () => Promise<number>;
  /** Resolves when everything is where it stays. */
  readonly settle: () => Promise<void>;
  readonly diskBytes: () => Promise<number>;
  readonly stop: () => Promise<void>;
}

interface Sent {
  readonly samples: number;
  readonly ms: number;
}

interface Row {
  readonly name: string;
  readonly rate: number;
  readonly cpuSeconds: number;
  readonly memoryMiB: number;
  readonly bytes: number;
}

if (process.argv[2] === 'send') await send(Number(process.argv[3]), String(process.argv[4]));
else await compare();

async function compare(): Promise<void> {
  const starts = [startWatchbill, startVictoriaMetrics, startPrometheus];
  const rows: Row[] = [];
  for (const start of starts) {
    const folder = await mkdtemp(join(tmpdir(), 'watchbill-peers-'));
    // Open, so that the store's own user reaches it when we are root.
    await chmod(folder, 0o755);
    const peer = await start(folder);
    if (peer === undefined) continue;
    rows.push(await measure(peer));
    await peer.stop();
    await rm(folder, { recursive: true, force: true });
  }
  const [own, ...peers] = rows;
  if (own === undefined) throw new Error('Nothing was measured.');
  const lines = rows.map(
    ({ name, rate, cpuSeconds, memoryMiB, bytes }) =>
      `| ${name} | ${Math.round(rate).toLocaleString('en')} | ${cpuSeconds.toFixed(2)} | ${bytes.toFixed(2)} | ${memoryMiB} |`,
  );
  const ratio = (mine: number, other: number): string => (mine / other).toFixed(2);
  const ratios = peers.map(
    (peer) =>
      `| Watchbill ÷ ${peer.name} | ${ratio(own.rate, peer.rate)} | ${ratio(own.cpuSeconds, peer.cpuSeconds)} | ${ratio(own.bytes, peer.bytes)} | ${ratio(own.memoryMiB, peer.memoryMiB)} |`,
  );
  const table = [
    '| remote write, the same requests | samples/s acknowledged | CPU s a million | bytes a sample | most memory, MiB |',
    '| --- | --: | --: | --: | --: |',
    ...lines,
    ...ratios,
  ].join('\n');
  console.log(table);
  if (process.argv.includes('--write')) await writeTable('remote-write-peers', table);
}

async function measure(peer: Peer): Promise<Row> {
  const sender = fork(import.meta.filename, ['send', String(peer.port), peer.path]);
  // The bodies are made before anything is measured.
  await messageOf(sender);
  const diskBefore = await peer.diskBytes();
  const pidsBefore = await peer.pids();
  const cpuBefore = cpuMsOf(pidsBefore);
  const takenBefore = await peer.taken();
  sender.send('go');
  const sent = await messageOf<Sent>(sender);
  await peer.settle();
  const taken = (await peer.taken()) - takenBefore;
  if (taken !== sent.samples) throw new Error(`${peer.name} took ${taken} of ${sent.samples} samples.`);
  const pids = await peer.pids();
  return {
    name: peer.name,
    rate: (sent.samples / sent.ms) * 1_000,
    cpuSeconds: ((cpuMsOf(pids) - cpuBefore) * 1_000) / sent.samples,
    memoryMiB: peakMiBOf(pids),
    bytes: ((await peer.diskBytes()) - diskBefore) / sent.samples,
  };
}

async function startWatchbill(folder: string): Promise<Peer> {
  const plan = join(folder, 'plan.yaml');
  await writeFile(plan, PLAN);
  const dataFolder = join(folder, 'data');
  const [port, intakePort] = [await freePort(), await freePort()];
  const server = new ServerProcess({ plan, dataFolder, port, intakePort, environment: { WATCHBILL_INGEST_KEY: KEY } });
  server.start();
  await server.untilReady(30_000);
  const token = (await readFile(join(dataFolder, 'admin-token'), 'utf8')).trim();
  const status = async () => {
    const answer = await fetch(`${server.url}/api/status`, { headers: { authorization: `Bearer ${token}` } });
    return (await answer.json()) as {
      readonly intake: { readonly accepted: number; readonly segmentsWaiting: number };
    };
  };
  // Parts that a merge has replaced lie about for minutes; the store's own figure is without them.
  const storeBytes = () =>
    metric(`${server.url}/metrics`, `watchbill_store_size_bytes{store="telemetry store"}`, token);
  // The connection between core and intake may be seconds younger than the server.
  while ((await status()).intake?.accepted === undefined) await setTimeout(100);
  return {
    name: 'Watchbill',
    port: intakePort,
    path: '/api/v1/write',
    pids: async () => (await server.processes()).map(({ pid }) => pid),
    taken: async () => (await status()).intake.accepted,
    async settle() {
      // Loaded, and what loading left in memory merged: the folder does not grow or shrink any more.
      while ((await status()).intake.segmentsWaiting > 0) await setTimeout(100);
      // The store is asked every few seconds only; what it said before the load is as still as what it says at the end.
      await untilStill(storeBytes, 12_000);
    },
    diskBytes: storeBytes,
    async stop() {
      await server.stop();
    },
  };
}

async function startVictoriaMetrics(folder: string): Promise<Peer | undefined> {
  const program = '/usr/bin/victoria-metrics';
  if (!existsSync(program)) {
    console.log('VictoriaMetrics is not installed (Debian: victoria-metrics).');
    return undefined;
  }
  const port = await freePort();
  const data = join(folder, 'victoria');
  const child = spawn(
    program,
    [`-storageDataPath=${data}`, `-httpListenAddr=127.0.0.1:${port}`, '-retentionPeriod=1'],
    {
      stdio: 'ignore',
    },
  );
  const url = `http://127.0.0.1:${port}`;
  await untilAnswers(`${url}/health`);
  return {
    name: 'VictoriaMetrics 1.79',
    port,
    path: '/api/v1/write',
    pids: async () => withDescendants(child.pid ?? 0),
    taken: () => metric(`${url}/metrics`, 'vm_rows_inserted_total{type="promremotewrite"}'),
    async settle() {
      await fetch(`${url}/internal/force_flush`);
      await untilStill(() => folderBytes(data));
    },
    diskBytes: () => folderBytes(data),
    stop: () => ended(child),
  };
}

async function startPrometheus(folder: string): Promise<Peer | undefined> {
  const program = '/usr/bin/prometheus';
  if (!existsSync(program)) {
    console.log('Prometheus is not installed (Debian: prometheus).');
    return undefined;
  }
  const port = await freePort();
  const data = join(folder, 'prometheus');
  const configuration = join(folder, 'prometheus.yml');
  await writeFile(configuration, 'global: {}\n');
  const child = spawn(
    program,
    [
      `--config.file=${configuration}`,
      `--storage.tsdb.path=${data}`,
      `--web.listen-address=127.0.0.1:${port}`,
      '--web.enable-remote-write-receiver',
      '--web.enable-admin-api',
    ],
    { stdio: 'ignore' },
  );
  const url = `http://127.0.0.1:${port}`;
  await untilAnswers(`${url}/-/ready`);
  return {
    name: 'Prometheus 2.42',
    port,
    path: '/api/v1/write',
    pids: async () => withDescendants(child.pid ?? 0),
    taken: () => metric(`${url}/metrics`, 'prometheus_tsdb_head_samples_appended_total'),
    async settle() {
      // Blocks are written hours later; a snapshot writes what they will be.
      const answer = await fetch(`${url}/api/v1/admin/tsdb/snapshot`, { method: 'POST' });
      if (!answer.ok) throw new Error(`Prometheus made no snapshot: ${await answer.text()}`);
    },
    diskBytes: () => folderBytes(join(data, 'snapshots')),
    stop: () => ended(child),
  };
}

function messageOf<Message>(child: ChildProcess): Promise<Message> {
  return new Promise((resolve, reject) => {
    child.once('message', (message) => resolve(message as Message));
    child.once('exit', (code) => reject(new Error(`The sender ended with ${code}.`)));
  });
}

async function ended(child: ChildProcess): Promise<void> {
  const exit = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  await exit;
}

async function untilAnswers(url: string): Promise<void> {
  for (let tries = 0; tries < 300; tries += 1) {
    const good = await fetch(url).then(
      (answer) => answer.ok,
      () => false,
    );
    if (good) return;
    await setTimeout(100);
  }
  throw new Error(`${url} does not answer.`);
}

/** Waits until a figure has stayed the same for so long. */
async function untilStill(figure: () => Promise<number>, stillMs = 2_000): Promise<void> {
  for (let last = await figure(); ; ) {
    await setTimeout(stillMs);
    const next = await figure();
    if (next === last) return;
    last = next;
  }
}

/** A figure of a program's own metrics, over all its labels when none are named; 0 until it tells of it. */
async function metric(url: string, name: string, token?: string): Promise<number> {
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const text = await (await fetch(url, { headers })).text();
  const lines = text.split('\n').filter((line) => line.startsWith(`${name} `) || line.startsWith(`${name}{`));
  return lines.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' '))), 0);
}

/** The child: connections that send the next request when the last was answered, with bodies that were made before. */
async function send(port: number, path: string): Promise<void> {
  const load = {
    series: SERIES,
    samplesPerRequest: SAMPLES_PER_REQUEST,
    requests: SAMPLES / SAMPLES_PER_REQUEST,
    until: Date.now(),
  };
  const bodies = [...remoteWriteBodies(load)];
  process.send?.('ready');
  await new Promise((resolve) => process.once('message', resolve));
  const start = performance.now();
  const run = async (connection: number): Promise<void> => {
    const socket = connect(port, '127.0.0.1');
    let answered = (): void => {};
    socket.on('data', (chunk) => {
      if (!/^HTTP\/1.1 20[04]/.test(chunk.toString('latin1'))) throw new Error(chunk.toString());
      answered();
    });
    for (let index = connection; index < bodies.length; index += CONNECTIONS) {
      const body = bodies[index] as Uint8Array;
      const wait = new Promise<void>((resolve) => {
        answered = resolve;
      });
      socket.write(Buffer.concat([head(path, body.length), body]));
      await wait;
    }
    socket.destroy();
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, (_, connection) => run(connection)));
  process.send?.({ samples: SAMPLES, ms: performance.now() - start } satisfies Sent);
  process.disconnect?.();
}

function head(path: string, length: number): Buffer {
  return Buffer.from(
    `POST ${path} HTTP/1.1\r\nhost: bench\r\nauthorization: Bearer ${KEY}\r\ncontent-type: application/x-protobuf\r\n` +
      `content-encoding: snappy\r\nx-prometheus-remote-write-version: 0.1.0\r\ncontent-length: ${length}\r\n\r\n`,
  );
}
