import { readFile, rm } from 'node:fs/promises';
import { DAY_MS, MINUTE_MS } from '#kernel/instant.ts';
import { compilePlan } from '#plan/compile.ts';
import { readRawSeries } from '#storage/clickhouse/raw-series.ts';
import { rolledUpTo, rollUpReadings } from '#storage/clickhouse/roll-up.ts';
import { readSeries } from '#storage/clickhouse/series.ts';
import { createSystemClock } from '../src/system-clock.ts';
import { openBenchStore } from './kit/bench-store.ts';

/**
 * p95 by route over 24 hours in steps of a minute, in a store child: from stored readings, and from the raw events. Prints the
 * least, median and p95 of the time that an answer takes and of the processor time that the store takes for it, in milliseconds. The targets are 30
 * from readings and 500 from 10 million events. `--events=N` for fewer.
 */
const EVENTS = Number(
  process.argv.find((argument) => argument.startsWith('--events='))?.slice('--events='.length) ?? 10_000_000,
);
const ROUTES = 8;
const TIMES = 20;
const PIECES = 40;

const clock = createSystemClock();
const { folder, child, client } = await openBenchStore(clock);

const to = Math.floor(clock.now() / MINUTE_MS) * MINUTE_MS;
const from = to - DAY_MS;
const steps = DAY_MS / MINUTE_MS;
const { plan: compiled } = compilePlan([
  { path: 'plan.yaml', text: 'plan: bench\nsignals:\n  p95: p95(requests.duration by route) over 1m\n' },
]);
const signal = compiled?.signals[0];
if (compiled === undefined || signal === undefined) throw new Error('the plan does not compile');
const never = new AbortController().signal;

/** Generated where they are kept, in the order of time, as a day of even traffic. */
async function fill(): Promise<void> {
  const each = Math.ceil(EVENTS / PIECES);
  for (let piece = 0; piece < PIECES; piece += 1) {
    await client.command({
      query: `insert into events (plan, name, ts, received_at, event_id, user, service, route, status, outcome, duration_ms, strings, numbers, segment)
        select 'bench', 'request',
          fromUnixTimestamp64Milli({from:Int64} + intDiv((number + {first:Int64}) * {day:Int64}, {events:Int64}), 'UTC') as at, at,
          concat('e-', toString(number + {first:Int64})), concat('u', toString(rand(1) % 10000)), 'api',
          concat('/products/', toString(rand(2) % {routes:UInt32})) as way, if(rand(3) % 50 = 0, '500', '200') as code,
          if(code = '500', 'error', 'ok') as result, exp(3 + 3 * rand(4) / 4294967295),
          map('service', 'api', 'route', way, 'outcome', result, 'method', 'GET', 'path', concat(way, '/', toString(rand(5) % 1000))),
          map('status', toFloat64(code)), concat('s-', toString(intDiv(number, 50000)))
        from numbers({each:UInt64})`,
      query_params: { from, first: piece * each, day: DAY_MS, events: EVENTS, routes: ROUTES, each },
    });
  }
  // Every 10 seconds a reading of each route.
  await client.command({
    query: `insert into readings (plan, signal, group, at, state, reason, value, sample_size, segment)
      select 'bench', 'p95', concat('["/products/', toString(number % {routes:UInt32}), '"]'),
        fromUnixTimestamp64Milli({from:Int64} + intDiv(number, {routes:UInt32}) * 10000, 'UTC'), 'value', '', 50 + rand() % 400, 100, 'r'
      from numbers({readings:UInt64})`,
    query_params: { from, routes: ROUTES, readings: ROUTES * (DAY_MS / 10_000) },
  });
}

/** Until what was inserted is merged, as it is a day later; at most two minutes. */
async function untilMerged(): Promise<void> {
  for (let second = 0; second < 120; second += 1) {
    const answer = await client.query({ query: 'select count() as merges from system.merges', format: 'JSONEachRow' });
    const [row] = await answer.json<{ readonly merges: number | string }>();
    if (Number(row?.merges ?? 0) === 0) return;
    await new Promise<void>((resolve) => clock.after(1_000, resolve));
  }
}

/** Processor time of the store child so far; a tick is 10 ms. */
async function cpuMs(): Promise<number> {
  const stat = await readFile(`/proc/${child.pid}/stat`, 'utf8').catch(() => undefined);
  const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields === undefined ? Number.NaN : (Number(fields[11]) + Number(fields[12])) * 10;
}

async function measure(name: string, times: number, ask: () => Promise<{ readonly points: number }>): Promise<void> {
  await ask();
  const taken: number[] = [];
  const before = await cpuMs();
  let points = 0;
  for (let time = 0; time < times; time += 1) {
    const begun = clock.monotonicMs();
    ({ points } = await ask());
    taken.push(clock.monotonicMs() - begun);
  }
  const cpu = ((await cpuMs()) - before) / times;
  taken.sort((left, right) => left - right);
  const at = (share: number): string => (taken[Math.max(0, Math.ceil(taken.length * share) - 1)] ?? 0).toFixed(1);
  console.log(
    `${name}: least ${at(0)} ms, p50 ${at(0.5)} ms, p95 ${at(0.95)} ms, processor ${cpu.toFixed(0)} ms, ${points} points`,
  );
}

try {
  const begun = clock.monotonicMs();
  await fill();
  console.log(
    `${EVENTS} events and ${ROUTES * 8_640} readings in ${((clock.monotonicMs() - begun) / 1_000).toFixed(0)} s`,
  );
  const shared = { plan: 'bench', from, stepMs: MINUTE_MS, groups: ROUTES };
  await untilMerged();
  // The last minutes of a day are not rolled up yet, as they never are.
  await rollUpReadings(client, to);
  const upTo = await rolledUpTo(client);
  await measure('from stored readings', TIMES, async () => {
    const query = { ...shared, signals: ['p95'], to, rolledUpTo: upTo };
    const series = await readSeries(client, query, never);
    return { points: series.reduce((sum, one) => sum + one.steps.length, 0) };
  });
  await measure('from raw events', TIMES, async () => {
    const series = await readRawSeries(client, { ...shared, compiled, signal, steps }, never);
    if (typeof series === 'string')
      throw new Error('At the limit of time or memory of a question: is the machine busy?');
    return { points: series.reduce((sum, one) => sum + one.steps.length, 0) };
  });
} finally {
  await client.close();
  await child.stop();
  await rm(folder, { recursive: true, force: true });
}
