import { type ChildProcess, fork } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ClickHouseLogLevel, createClient } from '@clickhouse/client';
import type { HealthAnswer } from '#contract/health.ts';
import type { ServerProcess } from '../crash/server-process.ts';
import { emptyFolder, getApi, INGEST_KEY, makeServer, sendEvents, until, watchbill } from '../end-to-end/program.ts';
import { startReceiver } from '../end-to-end/shop.ts';
import type { FloodCounts, FloodOrders } from './flood.ts';

/** What the flooded plan may send a second; the flood is ten times that. */
const RATED = { events: 2_000, logs: 500 };
const TIMES = 10;
const LOOK_EVERY_MS = 2_000;
/** Without a limit: more events than two cores take. */
const UNLIMITED = { events: 400_000, logs: 20_000 };
const planOf = (limited: boolean): string => `plan: busy
title: Busy
timezone: UTC
launch: 2026-01-01 00:00
people: { mia: { email: mia@busy.example } }
${limited ? `limits: { events: ${RATED.events}/s, logs: ${RATED.logs}/s, each-key: { events: ${RATED.events}/s, logs: ${RATED.logs}/s } }` : ''}
sources: { floods: events "flood" }
signals:
  failing: share(floods where status >= 500) over 5m, at least 20
  slow:    p95(floods.duration) over 5m
  users:   unique(floods.user) over 10m
severities: { high: { notify: [mia by app] } }
rules:
  failing: { when: failing > 50%, severity: high }
`;
const QUIET_PLAN = `plan: quiet
title: Quiet
timezone: UTC
launch: 2026-01-01 00:00
people: { mia: { email: mia@quiet.example } }
channels:
  ops: { kind: webhook, url: secret SHOP_WEBHOOK_URL, secret: secret SHOP_WEBHOOK_SECRET }
sources: { canaries: events "canary" }
signals:
  sung: count(canaries by shop) over 5s
severities: { urgent: { notify: [mia by app, webhook:ops] } }
rules:
  canary: { when: sung > 0, until: sung < 1, severity: urgent }
`;

export interface OverloadResult {
  readonly seconds: number;
  readonly offeredPerSecond: Readonly<Record<string, number>>;
  readonly acceptedPerSecond: Readonly<Record<string, number>>;
  /** Requests by status and code, of all senders. */
  readonly answers: Readonly<Record<string, number>>;
  readonly records: FloodCounts['records'];
  readonly storedEvents: number;
  readonly withoutRetryAfter: number;
  readonly idlePageMs: Percentiles;
  readonly pageMs: Percentiles;
  readonly pageMsAfter: Percentiles;
  readonly coreEventLoopDelayMs: number;
  readonly intakeEventLoopDelayMs: number;
  readonly peakMib: Readonly<Record<string, number>>;
  readonly peakSpoolMib: number;
  /** What people were told of it while it lasted. */
  readonly notices: readonly string[];
  /** What was wrong, a line each. */
  readonly wrong: readonly string[];
}

export interface Percentiles {
  readonly count: number;
  readonly p50: number;
  readonly p99: number;
}

/** Ten times what a plan may send, for so long, while another plan pages every so often. */
export async function proveOverload(options: {
  readonly seconds: number;
  readonly canaryEveryMs: number;
  readonly idleCanaries: number;
  /** False for a plan without limits, which is sent more than the machine takes. */
  readonly limited: boolean;
  readonly onProgress?: (line: string) => void;
}): Promise<OverloadResult> {
  const { seconds, canaryEveryMs, idleCanaries, limited, onProgress = () => {} } = options;
  const folder = await emptyFolder();
  const dataFolder = join(folder, 'data');
  const plans = { busy: join(folder, 'busy.yaml'), quiet: join(folder, 'quiet.yaml') };
  await writeFile(plans.busy, planOf(limited));
  await writeFile(plans.quiet, QUIET_PLAN);
  const receiver = await startReceiver(folder);
  const server = await makeServer({ dataFolder, plan: plans.busy, environment: receiver.environment });
  server.start();
  await server.untilReady();
  const run = async (words: readonly string[]): Promise<string> => {
    const { exit, output, errors } = await watchbill([...words, '--data', dataFolder]);
    if (exit !== 0) throw new Error(`${words.join(' ')}: ${errors}`);
    return output;
  };
  await run(['apply', plans.quiet]);
  const quietKey = (await run(['key', 'create', '--plan', 'quiet'])).trim();
  await until('the quiet key', async () =>
    (await sendEvents(server, [{ name: 'hello' }], quietKey)).status === 200 ? true : undefined,
  );

  const wrong: string[] = [];
  let canary = 0;
  const sing = async (): Promise<number> => {
    canary += 1;
    const shop = `canary-${canary}`;
    const startedMs = performance.now();
    const { status } = await sendEvents(server, [{ name: 'canary', shop }], quietKey);
    if (status !== 200) wrong.push(`the quiet plan got ${status}`);
    await receiver.page('alert.firing', shop);
    return performance.now() - startedMs;
  };
  const singAll = async (count: number): Promise<number[]> => {
    const found: number[] = [];
    for (let index = 0; index < count; index += 1) found.push(await sing());
    return found;
  };
  await singAll(3);
  const idle = await singAll(idleCanaries);

  const offered = limited ? { events: RATED.events * TIMES, logs: RATED.logs * TIMES } : UNLIMITED;
  const recordsPerRequest = limited ? 50 : 500;
  const senders = [
    startFlood(server, 'events', '/v1/events', offered.events, recordsPerRequest),
    startFlood(server, 'logs', '/v1/logs', offered.logs, recordsPerRequest),
  ];
  const peakMib: Record<string, number> = {};
  let coreEventLoopDelayMs = 0;
  let intakeEventLoopDelayMs = 0;
  let peakSpoolMib = 0;
  let notices: readonly string[] = [];
  const during: number[] = [];
  const startedMs = performance.now();
  let nextCanaryMs = startedMs;
  while (performance.now() - startedMs < seconds * 1_000) {
    for (const [part, mib] of Object.entries(await memoryOf(server))) peakMib[part] = Math.max(peakMib[part] ?? 0, mib);
    const health = await getApi<HealthAnswer>(server, dataFolder, '/api/health');
    const delayOf = (name: string): number => health.processes.find((one) => one.name === name)?.eventLoopDelayMs ?? 0;
    coreEventLoopDelayMs = Math.max(coreEventLoopDelayMs, delayOf('core'));
    intakeEventLoopDelayMs = Math.max(intakeEventLoopDelayMs, delayOf('intake'));
    peakSpoolMib = Math.max(peakSpoolMib, Math.round((health.intake.spoolBytes ?? 0) / 1_048_576));
    if (health.notices.length > 0) notices = health.notices.map(({ text }) => text);
    if (performance.now() >= nextCanaryMs) {
      nextCanaryMs += canaryEveryMs;
      during.push(await sing());
    }
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
    const passed = Math.round((performance.now() - startedMs) / 1_000);
    if (passed % 30 === 0) onProgress(`${passed} s: ${during.length} pages, peak ${JSON.stringify(peakMib)}`);
  }
  const counts = await Promise.all(senders.map(({ end }) => end()));
  const floodMs = performance.now() - startedMs;
  const after = await singAll(idleCanaries);

  const total = { sent: 0, accepted: 0, refused: 0, unanswered: 0 };
  const answers: Record<string, number> = {};
  for (const one of counts) {
    for (const key of Object.keys(total) as (keyof typeof total)[]) total[key] += one.records[key];
    for (const [answer, count] of Object.entries(one.answers)) answers[answer] = (answers[answer] ?? 0) + count;
  }
  const storedEvents = await until(
    'what was accepted in the store',
    async () => {
      const found = await countStored(dataFolder);
      return found >= total.accepted ? found : undefined;
    },
    120_000,
  );
  const status = await getApi<{ intake: { rejected: Record<string, Record<string, number>> } }>(
    server,
    dataFolder,
    '/api/status',
  );
  const refusedByIntake = Object.values(status.intake.rejected['busy'] ?? {}).reduce((sum, count) => sum + count, 0);
  const refusedRequests = total.refused / recordsPerRequest;
  if (storedEvents !== total.accepted) wrong.push(`${total.accepted} accepted, ${storedEvents} stored`);
  if (total.accepted + total.refused + total.unanswered !== total.sent)
    wrong.push('not every record was accounted for');
  if (total.unanswered > 0) wrong.push(`${total.unanswered} records without an answer`);
  if (refusedByIntake !== refusedRequests)
    wrong.push(`intake counts ${refusedByIntake} refusals, senders ${refusedRequests}`);
  const withoutRetryAfter = counts.reduce((sum, one) => sum + one.withoutRetryAfter, 0);
  if (withoutRetryAfter > 0) wrong.push(`${withoutRetryAfter} refusals without Retry-After`);
  const unnamed = Object.keys(answers).filter((answer) => !/^(?:200|(?:429|503) [a-z-]+)$/.test(answer));
  if (unnamed.length > 0) wrong.push(`answers without a name: ${unnamed.join(', ')}`);
  if (limited && total.refused === 0) wrong.push('nothing was refused, so there was no overload');
  const perSecond = (count: number): number => Math.round((count / floodMs) * 1_000);
  return {
    seconds,
    offeredPerSecond: {
      events: perSecond(counts[0]?.records.sent ?? 0),
      logs: perSecond(counts[1]?.records.sent ?? 0),
    },
    acceptedPerSecond: {
      events: perSecond(counts[0]?.records.accepted ?? 0),
      logs: perSecond(counts[1]?.records.accepted ?? 0),
    },
    answers,
    records: total,
    storedEvents,
    withoutRetryAfter,
    idlePageMs: percentiles(idle),
    pageMs: percentiles(during),
    pageMsAfter: percentiles(after),
    coreEventLoopDelayMs,
    intakeEventLoopDelayMs,
    peakMib,
    peakSpoolMib,
    notices,
    wrong,
  };
}

function startFlood(
  server: ServerProcess,
  protocol: FloodOrders['protocol'],
  path: string,
  recordsPerSecond: number,
  recordsPerRequest: number,
): { end(): Promise<FloodCounts> } {
  const child: ChildProcess = fork(join(import.meta.dirname, 'flood.ts'));
  const orders: FloodOrders = {
    url: server.intakeUrl,
    path,
    headers: { authorization: `Bearer ${INGEST_KEY}`, 'content-type': 'application/json' },
    protocol,
    requestsPerSecond: recordsPerSecond / recordsPerRequest,
    recordsPerRequest,
    connections: 64,
    label: protocol,
  };
  child.send(orders);
  return {
    end: () =>
      new Promise((resolve, reject) => {
        child.once('message', (counts: FloodCounts) => resolve(counts));
        child.once('exit', (code) => reject(new Error(`the sender ended with ${code}`)));
        child.send('end');
      }),
  };
}

function percentiles(found: readonly number[]): Percentiles {
  const sorted = [...found].sort((left, right) => left - right);
  const at = (share: number): number => Math.round(sorted[Math.ceil(sorted.length * share) - 1] ?? 0);
  return { count: sorted.length, p50: at(0.5), p99: at(0.99) };
}

async function memoryOf(server: ServerProcess): Promise<Readonly<Record<string, number>>> {
  const found: Record<string, number> = {};
  for (const { pid, part } of await server.processes()) {
    const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
    const mib = Math.round(Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1] ?? 0) / 1_024);
    found[part] = part === 'postgres' ? Math.max(found[part] ?? 0, mib) : (found[part] ?? 0) + mib;
  }
  return found;
}

async function countStored(dataFolder: string): Promise<number> {
  const { stores } = JSON.parse(await readFile(join(dataFolder, 'server.json'), 'utf8')) as {
    stores: { clickhouse: { url: string; username: string; password: string } };
  };
  const client = createClient({ ...stores.clickhouse, database: 'watchbill', log: { level: ClickHouseLogLevel.OFF } });
  try {
    const answer = await client.query({
      query: `select count() as count from events where plan = 'busy' and name in ('flood', 'log')`,
      format: 'JSONEachRow',
    });
    return Number((await answer.json<{ count: string }>())[0]?.count);
  } finally {
    await client.close();
  }
}
