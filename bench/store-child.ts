import { rm } from 'node:fs/promises';
import { insertEvents } from '#storage/clickhouse/events.ts';
import { createSystemClock } from '../src/system-clock.ts';
import { openBenchStore } from './kit/bench-store.ts';

/**
 * How long a segment takes to load and a one-row query to answer while eight queries of four seconds each run in the store child.
 * Prints percentiles in milliseconds; the targets are 100 for a segment and 200 for a query, at p99.
 */
const SEGMENTS = 100;
const ROWS_A_SEGMENT = 1_000;
const SLOW_QUERIES = 8;
const SLOW_SECONDS = 4;

const clock = createSystemClock();
const { folder, child, client } = await openBenchStore(clock);

let slowRunning = true;
let slowDone = 0;

/** Uses a whole thread for its time, as a heavy report does. */
async function slowQuery(): Promise<void> {
  while (slowRunning) {
    const result = await client.query({
      query: 'select count() from numbers(1000000000000) where sipHash64(number) = 1',
      format: 'JSONEachRow',
      clickhouse_settings: { max_execution_time: SLOW_SECONDS, timeout_overflow_mode: 'break' },
    });
    await result.text();
    slowDone += 1;
  }
}

function segment(number: number) {
  const now = clock.now();
  return Array.from({ length: ROWS_A_SEGMENT }, (_, index) => ({
    plan: 'bench',
    receivedAt: now,
    event: {
      name: 'requests',
      time: now - index,
      id: `${number}-${index}`,
      durationMs: index / 7,
      attributes: { route: `/products/${index % 50}`, status: index % 20 === 0 ? 500 : 200, paid: true },
    },
  }));
}

async function measure(count: number, work: (number: number) => Promise<unknown>): Promise<readonly number[]> {
  const times: number[] = [];
  for (let number = 0; number < count; number += 1) {
    const begun = clock.monotonicMs();
    await work(number);
    times.push(clock.monotonicMs() - begun);
  }
  return times.sort((a, b) => a - b);
}

function report(name: string, times: readonly number[]): void {
  const at = (share: number): string => (times[Math.ceil(times.length * share) - 1] ?? 0).toFixed(1);
  console.log(`${name}: p50 ${at(0.5)} ms, p90 ${at(0.9)} ms, p99 ${at(0.99)} ms, most ${at(1)} ms`);
}

async function oneRow(number: number): Promise<void> {
  const result = await client.query({
    query: "select event_id from events where plan = 'bench' and event_id = {id:String} limit 1",
    query_params: { id: `${number}-1` },
    format: 'JSONEachRow',
  });
  await result.json();
}

let token = 0;
const load = (number: number): Promise<void> => {
  token += 1;
  return insertEvents(client, `bench-${token}`, segment(number));
};

report('segment of 1,000 rows, idle', await measure(SEGMENTS, load));
report('one-row query, idle', await measure(SEGMENTS, oneRow));
const slow = Array.from({ length: SLOW_QUERIES }, slowQuery);
await oneRow(1);
report(`segment beside ${SLOW_QUERIES} slow queries`, await measure(SEGMENTS, load));
report(`one-row query beside ${SLOW_QUERIES} slow queries`, await measure(SEGMENTS, oneRow));
slowRunning = false;
await Promise.all(slow);
console.log(`${slowDone} slow queries ended meanwhile`);
await client.close();
await child.stop();
await rm(folder, { recursive: true, force: true });
