import { rm } from 'node:fs/promises';
import { Play } from '#core/testing.ts';
import type { Core } from '#engine/core-process.ts';
import { createProbeServices } from '#http/probes/probe-services.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '#kernel/instant.ts';
import { compilePlan } from '#plan/compile.ts';
import { rollUpCheckSlices } from '#storage/clickhouse/check-slices.ts';
import { askWithin } from '#storage/clickhouse/within.ts';
import { createSystemClock } from '../src/system-clock.ts';
import { openBenchStore } from './kit/bench-store.ts';
import { cpuMsOf, pidOf } from './kit/process-usage.ts';

/**
 * How long the list of a plan's probes and the page of one take to be answered, with 30 days of probes of one second: runs of hours and of five
 * minutes are made where they are kept, as the roll-up would, and the last hour and a quarter has its results. Every probe fails for a minute
 * on some day. `--probes=1000 --days=30 --times=15`
 */
const PROBES = numberFrom('--probes', 1_000);
const DAYS = numberFrom('--days', 30);
const TIMES = numberFrom('--times', 15);

const clock = createSystemClock();
const { folder, child, client } = await openBenchStore(clock);
const FIVE_MS = 5 * MINUTE_MS;

const now = Math.floor(clock.now() / HOUR_MS) * HOUR_MS + 4 * MINUTE_MS;
const hoursTo = now - (now % HOUR_MS) - HOUR_MS;
// Of what came since, the 4 minutes are the results.
const slicesTo = now - (now % FIVE_MS);
const from = hoursTo - DAYS * DAY_MS;

/** Each probe fails in the 30th minute of one hour. */
async function fill(): Promise<void> {
  const failing = (at: string): string =>
    `intDiv(toUnixTimestamp(${at}), 3600) % {hours:UInt32} = cityHash64(probe) % {hours:UInt32}`;
  const parameters = { probes: PROBES, hours: DAYS * 24 };
  const hours = (hoursTo - from) / HOUR_MS;
  await client.command({
    query: `insert into check_runs select 'bench', probe, '', 'here', hour + interval run.1 second, hour + interval run.2 second,
        if(run.3, 'failed', 'passed'), 1200, run.2 - run.1 + 1
      from (select concat('p', toString(number % {probes:UInt32})) as probe,
          toDateTime64(intDiv({from:Int64}, 1000) + intDiv(number, {probes:UInt32}) * 3600, 3, 'UTC') as hour,
          arrayJoin(if(${failing('hour')}, [(0, 1799, 0), (1800, 1859, 1), (1860, 3599, 0)], [(0, 3599, 0)])) as run
        from numbers({count:UInt64}))`,
    query_params: { ...parameters, from, count: hours * PROBES },
  });
  for (const upTo of [from, hoursTo]) {
    await client.command({
      query: `insert into readings_rolled_up (up_to, step) select toDateTime(intDiv({upTo:Int64}, 1000), 'UTC'), 3600`,
      query_params: { upTo },
    });
  }
  // The last one is written from its results, as all are.
  const madeTo = slicesTo - FIVE_MS;
  for (let day = from; day < madeTo; day += DAY_MS) {
    const slices = (Math.min(madeTo, day + DAY_MS) - day) / FIVE_MS;
    await client.command({
      query: `insert into check_slices (plan, probe, part, location, slice, version, at, ended, result, longest_gap, results, duration_ms,
          longest_ms, dns_ms, dns, connect_ms, connect, tls_ms, tls, first_byte_ms, first_byte)
        select 'bench', concat('p', toString(number % {probes:UInt32})) as probe, '', 'here',
          toDateTime(intDiv({day:Int64}, 1000) + intDiv(number, {probes:UInt32}) * 300, 'UTC') as slice, 1, slice, slice + interval 299 second,
          'passed', 1200, 300, 600 + rand(1) % 900, 9, 30, 300, 60, 300, 0, 0, 500, 300
        from numbers({count:UInt64})`,
      query_params: { ...parameters, day, count: slices * PROBES },
    });
    await client.command({
      query: `insert into check_slices_written select 'bench', toDateTime(intDiv({day:Int64}, 1000) + number * 300, 'UTC'), 1, {events:UInt64}
        from numbers({slices:UInt64})`,
      query_params: { day, slices, events: PROBES * 300 },
    });
  }
  for (let minute = now - 75 * MINUTE_MS; minute < now; minute += MINUTE_MS) {
    await client.command({
      query: `insert into events (plan, name, ts, received_at, event_id, service, outcome, duration_ms, strings, numbers, segment)
        select 'bench', 'check', fromUnixTimestamp64Milli({minute:Int64} + intDiv(number, {probes:UInt32}) * 1000 + number % 1000, 'UTC') as at, at,
          concat('check-', probe, '-here-', toString(toUnixTimestamp64Milli(at))), 'api', 'passed', 2 + rand(1) % 3,
          map('probe', concat('p', toString(number % {probes:UInt32})) as probe, 'location', 'here', 'outcome', 'passed', 'kind', 'http', 'service', 'api'),
          map('status', 200., 'due', toFloat64({minute:Int64}), 'size', 15., 'time.dns', 0.1, 'time.connect', 0.2, 'time.first_byte', 1.5), 's'
        from numbers({count:UInt64})`,
      query_params: { minute, ...parameters, count: PROBES * 60 },
    });
  }
}

const names = Array.from({ length: PROBES }, (_, index) => `p${index}`);
const { plan } = compilePlan([
  {
    path: 'plan.yaml',
    text: `plan: bench\ntimezone: UTC\nprobes:\n${names.map((name) => `  ${name}: { check: GET https://shop.example/${name}, every: 1s }`).join('\n')}\n`,
  },
]);
if (plan === undefined) throw new Error('the plan does not compile');
const startedMs = clock.monotonicMs();
const shifted = { ...clock, now: () => now + Math.floor(clock.monotonicMs() - startedMs) };
const services = createProbeServices({
  core: { plans: () => ['bench'], lastWorld: () => new Play(plan).world } as unknown as Core,
  askTelemetry: askWithin(client, clock),
  clock: shifted,
});
const never = new AbortController().signal;

async function measure(what: string, times: number, ask: (time: number) => Promise<unknown>): Promise<void> {
  const took: number[] = [];
  const pid = pidOf(child);
  const cpuBefore = cpuMsOf([pid]);
  let bytes = 0;
  for (let time = 0; time < times; time += 1) {
    const began = performance.now();
    const answer = await ask(time);
    took.push(performance.now() - began);
    bytes = JSON.stringify(answer ?? '').length;
  }
  took.sort((one, other) => one - other);
  const at = (share: number): string => (took[Math.floor((times - 1) * share)] ?? 0).toFixed(0);
  const cpu = ((cpuMsOf([pid]) - cpuBefore) / times).toFixed(0);
  console.log(
    `${what}: least ${at(0)} ms, p50 ${at(0.5)}, longest ${at(1)}; ${cpu} ms of the store's processor time; ${bytes} bytes`,
  );
}

try {
  await fill();
  const size = await client.query({
    query: `select table, toFloat64(sum(rows)) as rows, toFloat64(sum(bytes_on_disk)) as bytes from system.parts where active and table like 'check_%' group by table order by table`,
    format: 'JSONEachRow',
  });
  for (const { table, rows, bytes } of await size.json<{ table: string; rows: number; bytes: number }>()) {
    console.log(`${table}: ${rows} rows, ${(bytes / 1_048_576).toFixed(1)} MiB`);
  }
  await measure('writing 5 minutes', 1, () => rollUpCheckSlices(client, now));
  await measure('the list of probes, the first time', 1, () => services.probes('bench', never));
  await measure('the list of probes', TIMES, () => services.probes('bench', never));
  for (const days of [1, 7, 30]) {
    const range = { from: new Date(now - days * DAY_MS).toISOString(), to: new Date(now).toISOString() };
    await measure(`the page of one probe, ${days} d`, TIMES, (time) =>
      services.probe('bench', `p${(time * 37) % PROBES}`, range, never),
    );
  }
  await measure('the page of one probe, an hour', TIMES, (time) =>
    services.probe(
      'bench',
      `p${(time * 37) % PROBES}`,
      { from: new Date(now - HOUR_MS).toISOString(), to: new Date(now).toISOString() },
      never,
    ),
  );
} finally {
  await client.close();
  await child.stop();
  await rm(folder, { recursive: true, force: true });
}

function numberFrom(option: string, usual: number): number {
  const given = process.argv.find((argument) => argument.startsWith(`${option}=`));
  return given === undefined ? usual : Number(given.slice(option.length + 1));
}
