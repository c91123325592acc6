import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ClickHouseLogLevel, createClient } from '@clickhouse/client';
import { freePort, type ServerProcess } from '../crash/server-process.ts';
import { emptyFolder, INGEST_KEY, makeServer, sendEvents, until, watchbill } from '../end-to-end/program.ts';
import { type Receiver, startReceiver } from '../end-to-end/shop.ts';
import { Chance } from '../simulation/random.ts';
import { casesOf, forgedEvents, type HostileCase, MARKER_PATTERN, packedFor } from './cases.ts';
import { breakConnection, brokenConnections, framed, GrpcSender } from './grpc-sender.ts';
import { type Credentials, type Protocol, protocols } from './protocols.ts';

const PLAN = `plan: shop
title: Shop
timezone: UTC
launch: 2026-01-01 00:00
people:
  mia: { email: mia@shop.example }
channels:
  ops: { kind: webhook, url: secret SHOP_WEBHOOK_URL, secret: secret SHOP_WEBHOOK_SECRET }
webhooks:
  crm: { kind: json, secret: secret CRM_HOOK, signature: hmac-sha256 in x-signature, id: id, fields: { kind: type, text: data.inner.text } }
probes:
  front: { check: "GET http://127.0.0.1:9/", every: 1h }
heartbeats:
  nightly: { every: 1d }
sources: { canaries: events "canary" }
signals:
  sung: count(canaries by shop) over 5s
severities: { urgent: { notify: [mia by app, webhook:ops] } }
rules:
  canary: { when: sung > 0, until: sung < 1, severity: urgent }
`;
const WEBHOOK_SECRET = 'hostile-webhook-secret-0123456789';
/** After so many cases a page has to leave. */
const CANARY_EVERY = 150;
const RISE_MIB = 512;

export interface HostileResult {
  readonly cases: number;
  /** By status. */
  readonly answers: Readonly<Record<string, number>>;
  /** What was wrong, a line each; empty when all held. */
  readonly wrong: readonly string[];
  readonly canaries: number;
  readonly peakMib: Readonly<Record<string, number>>;
  readonly markersStored: number;
}

/** What may be answered to a client's mistake, or when it made none. */
const ALLOWED = new Set([200, 202, 204, 400, 401, 403, 404, 413, 415, 431]);

/** Sends hostile requests of every protocol to the shipped program; `share` of the cases, chosen by the seed. */
export async function proveHostile(options: {
  readonly share: number;
  readonly seed: number;
  /** Only receivers whose route has this text in it. */
  readonly only?: string;
  readonly onProgress?: (line: string) => void;
}): Promise<HostileResult> {
  const { share, seed, only = '', onProgress = () => {} } = options;
  const chance = new Chance(seed);
  const folder = await emptyFolder();
  const dataFolder = join(folder, 'data');
  const plan = join(folder, 'plan.yaml');
  await writeFile(plan, PLAN);
  const receiver = await startReceiver(folder);
  const environment = { ...receiver.environment, CRM_HOOK: WEBHOOK_SECRET };
  const grpcPort = await freePort();
  const server = await makeServer({ dataFolder, plan, environment, grpcPort });
  server.start();
  await server.untilReady(60_000);
  const keyFor = async (kind: string): Promise<string> => {
    const made = await watchbill(['key', 'create', kind, '--for', kind, '--json', '--data', dataFolder]);
    return (JSON.parse(made.output) as { key: string }).key;
  };
  const credentials = {
    key: INGEST_KEY,
    webhookSecret: WEBHOOK_SECRET,
    sentryKey: await keyFor('sentry'),
    proberKey: await keyFor('prober'),
    heartbeatKey: await keyFor('heartbeat'),
  };

  const wrong: string[] = [];
  const answers: Record<string, number> = {};
  const refused = new Map<string, string>();
  const peakMib: Record<string, number> = {};
  let cases = 0;
  let canaries = 0;
  const baseline = await memoryOf(server);
  const look = async (): Promise<void> => {
    for (const [part, mib] of Object.entries(await memoryOf(server))) peakMib[part] = Math.max(peakMib[part] ?? 0, mib);
    await sing(server, receiver, `canary-${seed}-${canaries}`);
    canaries += 1;
  };

  const sendNormal = async (what: string): Promise<void> => {
    cases += 1;
    const normal = await sendEvents(server, [{ name: 'normal' }]).catch(() => ({ status: 0, body: { accepted: 0 } }));
    if (normal.status !== 200 || normal.body.accepted !== 1)
      wrong.push(`${what}: then a normal request got ${normal.status}`);
  };
  const grpc = new GrpcSender(grpcPort);
  const target: Target = { server, grpc };

  for (const [index, protocol] of protocols.entries()) {
    if (!protocol.route.includes(only)) continue;
    await untilAuthorized(target, protocol, credentials);
    for (const possible of casesOf(protocol, String(index), Date.now(), () => chance.fraction())) {
      if (!chance.happens(share)) continue;
      const one = possible.make();
      const what = `${protocol.route} (${String(index)}), ${one.name}`;
      const { status, isRefused, problem } = await send(target, protocol, one, credentials);
      answers[status] = (answers[status] ?? 0) + 1;
      if (problem !== undefined) wrong.push(`${what}: ${problem}`);
      if (isRefused) refused.set(one.marker, what);
      await sendNormal(what);
      if (cases % CANARY_EVERY === 0) await look();
    }
    onProgress(`${protocol.route}: ${cases} cases so far, ${wrong.length} wrong`);
  }
  for (const { marker, event } of forgedEvents(String(protocols.length))) {
    const what = `forged ${JSON.stringify(event)}`;
    const { status, body } = await sendEvents(server, [event]);
    refused.set(marker, what);
    const rejected = body.rejected?.[0];
    if (status !== 200 || body.accepted !== 0 || rejected?.code !== 'event-reserved')
      wrong.push(`${what}: answered ${status} ${JSON.stringify(body)}`);
    await sendNormal(what);
  }
  const good = protocols.find(({ transport }) => transport === 'grpc');
  if (good === undefined) throw new Error('There is no protocol over gRPC.');
  for (const [name, parts] of Object.entries(brokenConnections)) {
    await breakConnection(grpcPort, parts);
    const body = good.body({ text: `after-${name}`, field: 'field', time: Date.now(), value: 1 });
    const told = await send(target, good, { name, marker: '', body, sent: body }, credentials);
    if (told.status !== 'grpc 0') wrong.push(`After ${name} a good call got ${told.status}: ${told.problem}`);
    await sendNormal(name);
  }
  grpc.close();
  await look();
  for (const [part, mib] of Object.entries(peakMib)) {
    if (mib > (baseline[part] ?? 0) + RISE_MIB) wrong.push(`${part} grew from ${baseline[part]} to ${mib} MiB`);
  }
  const stored = await storedMarkers(dataFolder, cases + 1);
  for (const marker of stored) {
    const what = refused.get(marker);
    if (what !== undefined) wrong.push(`${what}: refused and stored all the same`);
  }
  for (const [name, secret] of Object.entries(credentials)) {
    if (server.printed.includes(secret)) wrong.push(`${name} stands in the log`);
  }
  const failed = /Request \S+ failed: .*/.exec(server.printed)?.[0];
  if (failed !== undefined) wrong.push(failed);
  return { cases, answers, wrong, canaries, peakMib, markersStored: stored.size };
}

interface Target {
  readonly server: ServerProcess;
  readonly grpc: GrpcSender;
}

interface Told {
  readonly status: number | string;
  readonly isRefused: boolean;
  readonly problem?: string;
}

/** Codes of gRPC that may be told: OK, invalid, not allowed, too much, not known, not who it says. */
const ALLOWED_CODES = new Set([0, 3, 7, 8, 12, 16]);
/** What gRPC itself says of a message that it cannot take out of its frame. */
const OF_THE_FRAME = /Failed to decompress message/;

async function sendByGrpc(
  grpc: GrpcSender,
  protocol: Protocol,
  one: HostileCase,
  credentials: Credentials,
): Promise<Told> {
  const headers = {
    ...protocol.headers(credentials, one.body),
    ...(one.encoding === undefined ? {} : { 'grpc-encoding': one.encoding }),
  };
  const frames = one.frames ?? framed(one.sent, one.encoding !== undefined);
  const { code, message } = await grpc.call(protocol.path, headers, frames);
  const told = { status: `grpc ${code}`, isRefused: code !== 0 };
  const isAllowed = ALLOWED_CODES.has(code) || (code === 13 && OF_THE_FRAME.test(message));
  if (!isAllowed) return { ...told, problem: `answered ${code}: ${message.slice(0, 200)}` };
  if (code !== 0 && message === '') return { ...told, problem: `answered ${code} without a word` };
  if (SAYS_TOO_MUCH.test(message)) return { ...told, problem: `says too much: ${message.slice(0, 200)}` };
  return told;
}

const SAYS_TOO_MUCH = /\bat .*\.ts:\d|select .* from|\/data\//i;

async function send(
  { server, grpc }: Target,
  protocol: Protocol,
  one: HostileCase,
  credentials: Credentials,
): Promise<Told> {
  if (protocol.transport === 'grpc') return await sendByGrpc(grpc, protocol, one, credentials);
  const headers = {
    ...protocol.headers(credentials, one.body),
    ...(one.encoding === undefined ? {} : { 'content-encoding': one.encoding }),
  };
  try {
    const response = await fetch(`${server.intakeUrl}${protocol.pathWith?.(credentials) ?? protocol.path}`, {
      method: 'POST',
      headers,
      body: one.sent as never,
      signal: AbortSignal.timeout(20_000),
    });
    const text = await response.text();
    const { status } = response;
    const told = { status, isRefused: status >= 400 };
    if (!ALLOWED.has(status)) return { ...told, problem: `answered ${status}: ${text.slice(0, 200)}` };
    if (status >= 400 && text === '') return { ...told, problem: `answered ${status} without a word` };
    if (SAYS_TOO_MUCH.test(text)) return { ...told, problem: `says too much: ${text.slice(0, 200)}` };
    if (status >= 400 && !/protobuf|text\/plain/.test(response.headers.get('content-type') ?? '')) {
      const body = JSON.parse(text) as { error?: { code?: unknown }; code?: unknown };
      if (body.error?.code === undefined && body.code === undefined)
        return { ...told, problem: `no code: ${text.slice(0, 200)}` };
    }
    return told;
  } catch (error) {
    return {
      status: 0,
      isRefused: false,
      problem: `no answer: ${String((error as { cause?: unknown }).cause ?? error)}`,
    };
  }
}

/** A key that was just made, or a secret, takes a moment to be known. */
async function untilAuthorized(target: Target, protocol: Protocol, credentials: Credentials): Promise<void> {
  let turn = 0;
  await until(`${protocol.route} lets the sender in`, async () => {
    turn += 1;
    const body = protocol.body({ text: `first-${turn}`, field: 'field', time: Date.now(), value: 1 });
    const packed = packedFor(protocol, body);
    const told = await send(target, protocol, { name: '', marker: '', body, ...packed }, credentials);
    if (turn > 100) throw new Error(`${protocol.route} answers a good request with ${told.status}: ${told.problem}`);
    return told.isRefused || told.problem !== undefined ? undefined : true;
  });
}

async function sing(server: ServerProcess, receiver: Receiver, shop: string): Promise<void> {
  await sendEvents(server, [{ name: 'canary', shop }]);
  await receiver.page('alert.firing', shop);
}

async function memoryOf(server: ServerProcess): Promise<Readonly<Record<string, number>>> {
  const found: Record<string, number> = {};
  for (const { pid, part } of await server.processes()) {
    if (part !== 'intake' && part !== 'core' && part !== 'store') continue;
    const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
    found[part] = Math.round(Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1] ?? 0) / 1_024);
  }
  return found;
}

/** Every marker that stands anywhere in the telemetry store, once all normal requests are there. */
async function storedMarkers(dataFolder: string, normal: number): Promise<ReadonlySet<string>> {
  const { stores } = JSON.parse(await readFile(join(dataFolder, 'server.json'), 'utf8')) as {
    stores: { clickhouse: { url: string; username: string; password: string } };
  };
  const client = createClient({ ...stores.clickhouse, database: 'watchbill', log: { level: ClickHouseLogLevel.OFF } });
  const rows = async <Row>(query: string): Promise<readonly Row[]> =>
    (await client.query({ query, format: 'JSONEachRow' })).json<Row>();
  try {
    await until('all normal events', async () => {
      const [row] = await rows<{ count: string }>(`select count() as count from events where name = 'normal'`);
      return Number(row?.count) >= normal - 1 ? true : undefined;
    });
    const texts = [
      'select concat(name, char(10), user, char(10), event_id, char(10), toString(strings)) as text from events',
      'select concat(name, char(10), toString(labels)) as text from series',
    ];
    const found = new Set<string>();
    for (const text of texts) {
      const query = `select distinct arrayJoin(extractAll(text, '${MARKER_PATTERN}')) as marker from (${text})`;
      for (const { marker } of await rows<{ marker: string }>(query)) found.add(marker);
    }
    return found;
  } finally {
    await client.close();
  }
}
