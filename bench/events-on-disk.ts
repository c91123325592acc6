import { randomUUID } from 'node:crypto';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EventRecord } from '#signals/record.ts';
import { openClickHouse, prepareClickHouse } from '#storage/clickhouse/client.ts';
import { insertEventColumns } from '#storage/clickhouse/events.ts';
import { migrateClickHouse } from '#storage/clickhouse/migrate.ts';
import { columnsOf } from '#storage/columns/build-columns.ts';
import { madeId } from '#storage/columns/made-ids.ts';
import { startStoreChild } from '#storage/embedded/store-child-process.ts';
import { createSystemClock } from '../src/system-clock.ts';

/**
 * What an event takes in the telemetry store once its parts are merged: a million events of a shop, 250 a second, whose users, amounts,
 * durations, routes and texts are drawn at random; once with ids that intake made, and once with random UUIDs of the sender.
 */
const EVENTS = 1_000_000;
const SEGMENT = 50_000;
const REQUEST = 50;
const EVERY_MS = 4;

const clock = createSystemClock();
const folder = await mkdtemp(join(tmpdir(), 'watchbill-disk-'));
// Open, so that the child's user reaches it and nothing is left outside of it when we are root.
await chmod(folder, 0o755);
const child = await startStoreChild({ dataFolder: folder, clock, password: 'bench' });
await prepareClickHouse(child);
const client = openClickHouse(child);
await migrateClickHouse(client, clock.now());

/** The same numbers in every run (mulberry32). */
function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const random = randomNumbers(11);
const routes = Array.from(
  { length: 40 },
  (_, index) => `/api/${['products', 'cart', 'orders', 'users'][index % 4]}/${index}`,
);
const regions = ['eu-central-1', 'eu-west-1', 'us-east-1'];
const words = 'green black tea white cup pot spoon honey mint rose jasmine smoked fresh small large gift set of'.split(
  ' ',
);
/** The k-th of n as often as 1/k, as pages and people are visited. */
const often = (n: number): number => Math.floor(n ** random()) - 1;
const amount = (): number => Math.round(500 + 20_000 * random() ** 3) / 100;
const durationMs = (): number => Math.round(1_000 * Math.exp(3 + 1.2 * (random() + random() + random() - 1.5))) / 1_000;

function event(index: number, at: number, id: string): EventRecord {
  const shared = { region: regions[often(3)] ?? '', host: `web-${Math.floor(random() * 8)}`, version: '2026.11.3' };
  // Told a little before it is received, and not in order.
  const head = { time: at - Math.floor(random() * 80), id, user: `user-${often(200_000)}` };
  if (index % 10 === 0) {
    const text = Array.from({ length: 2 + (index % 3) }, () => words[Math.floor(random() * words.length)]).join(' ');
    return {
      ...head,
      name: 'order',
      value: amount(),
      attributes: { ...shared, product: text, items: 1 + often(9), paid: random() < 0.97 },
    };
  }
  return {
    ...head,
    name: 'request',
    durationMs: durationMs(),
    attributes: {
      ...shared,
      service: ['shop', 'search', 'account'][often(3)] ?? '',
      route: routes[often(40)] ?? '',
      method: random() < 0.2 ? 'POST' : 'GET',
      status: random() < 0.01 ? 500 : random() < 0.05 ? 404 : 200,
      outcome: random() < 0.01 ? 'error' : 'ok',
      bytes: Math.floor(200 + 60_000 * random() ** 2),
    },
  };
}

async function figure<Row>(query: string): Promise<readonly Row[]> {
  return (await client.query({ query, format: 'JSONEachRow' })).json<Row>();
}

for (const ids of ['made by intake', 'random UUIDs of the sender']) {
  await client.command({ query: 'truncate table events' });
  const start = Math.floor(clock.now() / 1_000) * 1_000 - EVENTS * EVERY_MS;
  let counter = 0;
  let sentBytes = 0;
  for (let from = 0; from < EVENTS; from += SEGMENT) {
    const parts = Array.from({ length: SEGMENT / REQUEST }, (_, part) => {
      const receivedAt = start + (from + (part + 1) * REQUEST) * EVERY_MS;
      // The id of the request, which the same counter gives.
      counter += 1;
      const records = Array.from({ length: REQUEST }, (_, index) => {
        counter += 1;
        const id = ids === 'made by intake' ? madeId('0123456789abcdef', counter) : randomUUID();
        return event(index, receivedAt - (REQUEST - index) * EVERY_MS, id);
      });
      sentBytes += JSON.stringify(records).length;
      return { plan: 'shop', receivedAt, columns: columnsOf(records, ids === 'made by intake' ? REQUEST : 0) };
    });
    await insertEventColumns(client, `${ids}-${from}-0123456789abcdef`, parts);
  }
  const [before] = await figure<{ bytes: number }>(
    "select toUInt32(sum(bytes_on_disk)) as bytes from system.parts where table = 'events' and active",
  );
  await client.command({ query: 'optimize table events final' });
  const [after] = await figure<{ rows: number; bytes: number; parts: number }>(
    "select toUInt32(sum(rows)) as rows, toUInt32(sum(bytes_on_disk)) as bytes, toUInt32(count()) as parts from system.parts where table = 'events' and active",
  );
  const columns = await figure<{ name: string; bytes: number }>(
    "select name, toUInt32(data_compressed_bytes) as bytes from system.columns where database = currentDatabase() and table = 'events' order by bytes desc",
  );
  const rows = after?.rows ?? 0;
  console.log(
    `ids ${ids}: ${((after?.bytes ?? 0) / rows).toFixed(1)} bytes an event on the disk, merged to ${after?.parts} part(s) (goal: <= 30); ` +
      `as inserted ${((before?.bytes ?? 0) / rows).toFixed(1)}; as JSON ${(sentBytes / rows).toFixed(0)}; ${rows} events`,
  );
  console.log(`    ${columns.map(({ name, bytes }) => `${name} ${(bytes / rows).toFixed(2)}`).join(', ')}`);
}
await client.close();
await child.stop();
await rm(folder, { recursive: true, force: true });
