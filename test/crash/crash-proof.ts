import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ClickHouseLogLevel, createClient } from '@clickhouse/client';
import { startRecordingProvider } from './recording-provider.ts';
import { RetryingClient, type SentEvent } from './retrying-client.ts';
import { freePort, ServerProcess, type Victim, victims } from './server-process.ts';

export interface CrashProofOptions {
  readonly kills: number;
  readonly seed: number;
  readonly onProgress?: (line: string) => void;
}

export interface CrashProofResult {
  readonly kills: Readonly<Record<Victim, number>>;
  readonly eventsAcknowledged: number;
  readonly eventsMissing: number;
  readonly eventsDoubled: number;
  readonly requestsRetried: number;
  readonly alertsExpected: number;
  readonly alertsWithoutPage: readonly string[];
  readonly alertsPagedTwice: readonly string[];
  readonly alertsWithoutInboxMessage: readonly string[];
  readonly alertsTwiceInInbox: readonly string[];
  /** Requests with an id that the provider knew already: harmless by the id, and counted. */
  readonly pagesRepeated: number;
  readonly pagesForged: number;
  readonly readyMs: { readonly median: number; readonly longest: number };
  /** The last that the program said, for the report of a failure. */
  readonly printed: string;
}

/** Against hanging, not for speed: the result says how long it took. */
const SETTLE_LIMIT_MS = 180_000;
const CLIENTS = 4;

/**
 * Kills parts of the running program under load, over and over, and then compares three records: what was acknowledged to the
 * clients, what the stores hold, and what the provider wrote down before it answered.
 */
export async function proveCrashSafety(options: CrashProofOptions): Promise<CrashProofResult> {
  const folder = await mkdtemp(join(tmpdir(), 'watchbill-crash-'));
  const secret = `whsec_${randomBytes(24).toString('base64')}`;
  const provider = await startRecordingProvider(join(folder, 'provider.ndjson'), secret);
  const ingestKey = `wb_ingest_${'p'.repeat(16)}_${'q'.repeat(32)}`;
  const [port, intakePort] = [await freePort(), await freePort()];
  const server = new ServerProcess({
    plan: join(import.meta.dirname, 'plan.yaml'),
    dataFolder: join(folder, 'data'),
    port,
    intakePort,
    environment: {
      WATCHBILL_INGEST_KEY: ingestKey,
      WATCHBILL_EGRESS_ALLOW: `127.0.0.1:${provider.port}`,
      CRASH_WEBHOOK_URL: `http://127.0.0.1:${provider.port}/pages`,
      CRASH_WEBHOOK_SECRET: secret,
    },
  });
  try {
    server.start();
    await server.untilReady();
    const load = startLoad(server.intakeUrl, ingestKey);
    const { killed, readyMs } = await killOverAndOver(server, options, () => load.problem);
    await load.stop();
    await server.untilReady();
    const stored = await compareStored(join(folder, 'data'), load.client.acknowledged);
    const told = await compareTold(server, folder, load.shops, () => provider.pages);
    const ids = new Set(provider.pages.map(({ id }) => id));
    return {
      kills: killed,
      eventsAcknowledged: load.client.acknowledged.size,
      ...stored,
      requestsRetried: load.client.retries,
      alertsExpected: load.shops.length,
      ...told,
      pagesRepeated: provider.pages.length - ids.size,
      pagesForged: provider.forged.length,
      readyMs: { median: Math.round(percentile(readyMs, 0.5)), longest: Math.round(Math.max(...readyMs)) },
      printed: server.output,
    };
  } finally {
    await server.stop();
    await provider.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

async function killOverAndOver(server: ServerProcess, options: CrashProofOptions, problem: () => unknown) {
  const random = seededRandom(options.seed);
  const killed = Object.fromEntries(victims.map((victim) => [victim, 0])) as Record<Victim, number>;
  const readyMs: number[] = [];
  for (let count = 0; count < options.kills; ) {
    const victim = victims[count % victims.length] ?? 'group';
    await new Promise((resolve) => setTimeout(resolve, 50 + random() * 900));
    if (problem() !== undefined) throw problem();
    if (!(await server.kill(victim))) continue;
    killed[victim] += 1;
    count += 1;
    readyMs.push(await server.untilReady());
    if (count % 10 === 0)
      options.onProgress?.(
        `kill ${count} of ${options.kills} (${victim}): ready after ${Math.round(readyMs.at(-1) ?? 0)} ms`,
      );
  }
  return { killed, readyMs };
}

/** Clients that never stop: batches of good payments, and now and then four failures of one shop, which is an alert of its own. */
function startLoad(intakeUrl: string, key: string) {
  const client = new RetryingClient(intakeUrl, key);
  const shops: string[] = [];
  let stopping = false;
  let problem: unknown;
  const runs = Array.from({ length: CLIENTS }, async (_, clientNumber) => {
    for (let batch = 0; !stopping; batch += 1) {
      const burst = batch % 8 === 0;
      const shop = `shop-${clientNumber}-${batch}`;
      const events: SentEvent[] = Array.from({ length: burst ? 4 : 50 }, () => ({
        name: 'payment',
        event_id: randomUUID(),
        time: new Date().toISOString(),
        outcome: burst ? 'failed' : 'ok',
        ...(burst ? { shop } : {}),
      }));
      await client.send(events, randomUUID());
      if (burst) shops.push(shop);
      await new Promise((resolve) => setTimeout(resolve, 60));
    }
  }).map((run) =>
    run.catch((thrown: unknown) => {
      problem = thrown;
    }),
  );
  return {
    client,
    shops,
    get problem() {
      return problem;
    },
    async stop() {
      stopping = true;
      await Promise.all(runs);
      if (problem !== undefined) throw problem;
    },
  };
}

/** Asks until everything acknowledged is there; the store may still be coming up after the last kill. */
async function compareStored(dataFolder: string, acknowledged: ReadonlySet<string>) {
  const startedMs = performance.now();
  for (;;) {
    const late = performance.now() - startedMs > SETTLE_LIMIT_MS;
    const stored = await storedCounts(dataFolder).catch((problem: unknown) => {
      if (late) throw problem;
      return undefined;
    });
    if (stored !== undefined) {
      const missing = [...acknowledged].filter((id) => !stored.has(id)).length;
      if (missing === 0 || late) {
        return { eventsMissing: missing, eventsDoubled: [...stored.values()].filter((count) => count > 1).length };
      }
    }
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}

/** How often each event is in the telemetry store, by its id. */
async function storedCounts(dataFolder: string): Promise<ReadonlyMap<string, number>> {
  const record = JSON.parse(await readFile(join(dataFolder, 'server.json'), 'utf8')) as {
    stores: { clickhouse: { url: string; username: string; password: string } };
  };
  const clickhouse = createClient({
    ...record.stores.clickhouse,
    database: 'watchbill',
    request_timeout: 60_000,
    log: { level: ClickHouseLogLevel.OFF },
  });
  try {
    const query = "select event_id from events where name = 'payment'";
    const rows = await clickhouse
      .query({ query, format: 'JSONCompactEachRow' })
      .then((answer) => answer.json<[string]>());
    const seen = new Map<string, number>();
    for (const [id] of rows) seen.set(id, (seen.get(id) ?? 0) + 1);
    return seen;
  } finally {
    await clickhouse.close();
  }
}

type Pages = readonly {
  readonly id: string;
  readonly body: { readonly type: string; readonly data: { readonly group: unknown } };
}[];

async function compareTold(server: ServerProcess, folder: string, shops: readonly string[], pages: () => Pages) {
  const token = (await readFile(join(folder, 'data', 'admin-token'), 'utf8')).trim();
  const startedMs = performance.now();
  for (;;) {
    const firing = pages().filter(({ body }) => body.type === 'alert.firing');
    const idsByShop = new Map<string, Set<string>>();
    for (const { id, body } of firing) {
      const shop = shopOf(body.data.group);
      idsByShop.set(shop, (idsByShop.get(shop) ?? new Set()).add(id));
    }
    const inboxByShop = new Map<string, number>();
    for (const message of await inbox(server.url, token)) {
      if (!message.firing) continue;
      inboxByShop.set(message.shop, (inboxByShop.get(message.shop) ?? 0) + 1);
    }
    const alertsWithoutPage = shops.filter((shop) => !idsByShop.has(shop));
    const alertsWithoutInboxMessage = shops.filter((shop) => !inboxByShop.has(shop));
    if (
      (alertsWithoutPage.length === 0 && alertsWithoutInboxMessage.length === 0) ||
      performance.now() - startedMs > SETTLE_LIMIT_MS
    ) {
      return {
        alertsWithoutPage,
        alertsPagedTwice: shops.filter((shop) => (idsByShop.get(shop)?.size ?? 0) > 1),
        alertsWithoutInboxMessage,
        alertsTwiceInInbox: shops.filter((shop) => (inboxByShop.get(shop) ?? 0) > 1),
      };
    }
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}

function shopOf(group: unknown): string {
  return JSON.stringify(group).match(/shop-\d+-\d+/)?.[0] ?? '';
}

async function inbox(
  url: string,
  token: string,
): Promise<readonly { readonly shop: string; readonly firing: boolean }[]> {
  const response = await fetch(`${url}/api/plans/crash-proof/inbox?person=mia&limit=100000`, {
    headers: { authorization: `Bearer ${token}` },
  });
  if (!response.ok) throw new Error(`the inbox answered ${response.status}: ${await response.text()}`);
  const messages = (await response.json()) as readonly { title: string; text: string; step: string }[];
  return messages.map((message) => ({
    shop: shopOf(`${message.title} ${message.text}`),
    firing: message.step === 'fired',
  }));
}

function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((left, right) => left - right);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}

/** mulberry32: small, seeded, good enough to choose moments. */
function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
