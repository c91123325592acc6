import type { Measure } from '#plan/model.ts';
import { createLiveExecutor, type LiveExecutor, restoreLiveExecutor } from '#signals/live-executor.ts';
import { formulaOf, measureOf, planOf, signalOf, sourceOf, testOf } from '#signals/plan.fixture.ts';
import type { EventRecord } from '#signals/record.ts';

/**
 * What live signals cost on one core: events a second through windows of each kind, 10,000 rules idle and under load, and
 * snapshots. Run with `node bench/signals.ts`; compare ratios within one run only.
 */
const START = 1_700_000_000_000;
const BATCH = 500;

function events(count: number, name: (index: number) => string, routes: number): readonly EventRecord[] {
  return Array.from({ length: count }, (_, index) => ({
    name: name(index),
    time: 0,
    id: `e${index}`,
    user: `user-${(index * 7_919) % 5_000}`,
    durationMs: 5 + ((index * 104_729) % 2_000),
    attributes: {
      route: `/route/${index % routes}`,
      status: index % 50 === 0 ? 500 : 200,
      region: 'eu',
      outcome: 'ok',
    },
  }));
}

/** Feeds `total` events as if they came at `rate` a second, and returns the CPU seconds that it took. */
function feed(executor: LiveExecutor, sample: readonly EventRecord[], total: number, rate: number): number {
  const batchMs = (BATCH / rate) * 1_000;
  let now = executor.instant;
  const begin = process.cpuUsage();
  for (let done = 0; done < total; done += BATCH) {
    now += batchMs;
    const at = Math.floor(now);
    const from = done % sample.length;
    const records: EventRecord[] = [];
    // A record is written as intake makes it, field by field: the cost is in every run alike and counted by `nothing`.
    for (let index = from; index < from + BATCH; index++) {
      const record = sample[index % sample.length];
      if (record !== undefined) records.push({ ...record, time: at - (index % 200) });
    }
    executor.ingest(records, at);
  }
  const used = process.cpuUsage(begin);
  return (used.user + used.system) / 1e6;
}

function report(what: string, seconds: number, total: number, rate: number): void {
  const perEvent = (seconds / total) * 1e9;
  console.log(
    `${what.padEnd(66)} ${(total / seconds / 1e6).toFixed(2).padStart(6)} M events/s a core ${perEvent.toFixed(0).padStart(6)} ns/event ${((seconds / (total / rate)) * 100).toFixed(1).padStart(6)}% of a core at ${rate.toLocaleString('en')}/s`,
  );
}

const error = { kind: 'compare', field: 'status', operator: '>=', value: 500 } as const;
const none = () => measureOf('count', 300_000, { source: 'orders' });
const kinds: readonly (readonly [string, readonly Measure[]])[] = [
  ['nothing that matches (making the records)', [none()]],
  ['count over 5m', [measureOf('count', 300_000)]],
  ['p95 over 5m', [measureOf('percentile', 300_000, { field: 'duration', quantile: 0.95 })]],
  ['unique users over 5m (5,000 of them)', [measureOf('unique', 300_000, { field: 'user' })]],
  ['unique ids over 5m (sketched)', [measureOf('unique', 300_000, { field: 'event_id' })]],
  ['count by route over 5m (50 routes)', [measureOf('count', 300_000, { by: ['route'] })]],
  [
    'count, share of errors, p95 over 5m',
    [
      measureOf('count', 300_000),
      measureOf('share', 300_000, { where: error }),
      measureOf('percentile', 300_000, { field: 'duration', quantile: 0.95 }),
    ],
  ],
  [
    'count, p95, unique over 5m',
    [
      measureOf('count', 300_000),
      measureOf('percentile', 300_000, { field: 'duration', quantile: 0.95 }),
      measureOf('unique', 300_000, { field: 'user' }),
    ],
  ],
];

function planWith(measures: readonly Measure[]): ReturnType<typeof planOf> {
  return planOf({
    sources: ['requests', 'orders'].map((name) => sourceOf(name)),
    measures,
    signals: measures.map((measure, index) => signalOf(`s${index}`, formulaOf(measure))),
    tests: measures.map((measure, index) => testOf(`t${index}`, formulaOf(measure), '>', 1e12)),
  });
}

console.log('Events through windows, batches of 500, at 250,000 a second:');
for (const [what, measures] of kinds) {
  const sample = events(20_000, () => 'requests', 50);
  feed(createLiveExecutor(planWith(measures), START), sample, 200_000, 250_000);
  report(what, feed(createLiveExecutor(planWith(measures), START), sample, 1_000_000, 250_000), 1_000_000, 250_000);
}

{
  const sources = Array.from({ length: 17 }, (_, index) => sourceOf(`event-${index}`));
  const measures = Array.from({ length: 50 }, (_, index) => {
    const source = `event-${index % 17}`;
    const windowMs = [60_000, 300_000, 3_600_000][index % 3] ?? 60_000;
    const kind = Math.floor(index / 17);
    if (kind === 0) return measureOf('count', windowMs, { source });
    if (kind === 1) return measureOf('percentile', windowMs, { source, field: 'duration', quantile: 0.95 });
    return measureOf('unique', windowMs, { source, field: 'user' });
  });
  const plan = planOf({
    sources,
    measures,
    signals: measures.map((measure, index) => signalOf(`s${index}`, formulaOf(measure))),
    tests: measures.map((measure, index) => testOf(`t${index}`, formulaOf(measure), '>', 1e12)),
  });
  const sample = events(20_000, (index) => `event-${index % 17}`, 50);
  feed(createLiveExecutor(plan, START), sample, 200_000, 250_000);
  const seconds = feed(createLiveExecutor(plan, START), sample, 1_000_000, 250_000);
  report('50 live signals on 17 event names: count, p95 and unique for each', seconds, 1_000_000, 250_000);
}

console.log('\n10,000 rules, 50,000 events a second in batches of 500:');
const rules: readonly (readonly [string, () => ReturnType<typeof planOf>, (index: number) => string, number])[] = [
  [
    'one measure, 10,000 thresholds',
    () => {
      const measure = measureOf('count', 300_000);
      return planOf({
        measures: [measure],
        tests: Array.from({ length: 10_000 }, (_, index) => testOf(`t${index}`, formulaOf(measure), '>', 1e9 + index)),
      });
    },
    () => 'requests',
    50,
  ],
  [
    '10,000 measures, each of one route (route = "…")',
    () => {
      const measures = Array.from({ length: 10_000 }, (_, index) =>
        measureOf('count', 300_000, {
          where: { kind: 'compare', field: 'route', operator: '=', value: `/route/${index}` },
        }),
      );
      return planOf({
        measures,
        tests: measures.map((measure, index) => testOf(`t${index}`, formulaOf(measure), '>', 1e9)),
      });
    },
    () => 'requests',
    10_000,
  ],
  [
    '1,000 event names, 10 thresholds each on a share',
    () => {
      const names = Array.from({ length: 1_000 }, (_, index) => `event-${index}`);
      const measures = names.map((source) => measureOf('share', 300_000, { source, where: error }));
      return planOf({
        sources: names.map((name) => sourceOf(name)),
        measures,
        tests: measures.flatMap((measure, index) =>
          Array.from({ length: 10 }, (_, level) => testOf(`t${index}-${level}`, formulaOf(measure), '>', 1 + level)),
        ),
      });
    },
    (index) => `event-${index % 1_000}`,
    50,
  ],
  [
    '100 rules by route with 100 routes',
    () => {
      const measure = measureOf('count', 300_000, { by: ['route'] });
      return planOf({
        measures: [measure],
        tests: Array.from({ length: 100 }, (_, index) => testOf(`t${index}`, formulaOf(measure), '>', 1e9 + index)),
      });
    },
    () => 'requests',
    100,
  ],
];
for (const [what, plan, name, routes] of rules) {
  const executor = createLiveExecutor(plan(), START);
  const sample = events(20_000, name, routes);
  feed(executor, sample, 100_000, 50_000);
  report(what, feed(executor, sample, 500_000, 50_000), 500_000, 50_000);
  // Nothing comes any more: after the windows have run empty, an hour of ticks is free.
  const empty = executor.instant + 3_600_000;
  let begin = process.cpuUsage();
  executor.advance(empty);
  let used = process.cpuUsage(begin);
  console.log(`    to run empty: ${((used.user + used.system) / 1e3).toFixed(1)} ms of CPU`);
  begin = process.cpuUsage();
  for (let at = empty; at <= empty + 3_600_000; at += 100) executor.advance(at);
  used = process.cpuUsage(begin);
  console.log(`    idle: ${((used.user + used.system) / 3_600e3).toFixed(4)} ms of CPU a second, ticking every 100 ms`);
}

console.log('\nSnapshots:');
{
  const measures = Array.from({ length: 40 }, (_, index) =>
    index % 4 === 0
      ? measureOf('percentile', 300_000 + index * 60_000, { by: ['route'], field: 'duration', quantile: 0.95 })
      : measureOf('sum', 300_000 + index * 60_000, { by: ['route'], field: 'duration' }),
  );
  const plan = planOf({
    measures,
    tests: measures.map((one, index) => testOf(`t${index}`, formulaOf(one), '>', 1e12)),
  });
  const executor = createLiveExecutor(plan, START);
  feed(
    executor,
    events(20_000, () => 'requests', 100),
    300_000,
    1_000,
  );
  for (let round = 0; round < 3; round++) {
    const before = process.hrtime.bigint();
    const bytes = executor.snapshot();
    const written = process.hrtime.bigint();
    restoreLiveExecutor(plan, bytes);
    const read = process.hrtime.bigint();
    console.log(
      `    40 measures × 100 groups over 5m to 44m: ${(bytes.length / 1_048_576).toFixed(1)} MiB, written in ${Number(written - before) / 1e6} ms, read in ${Number(read - written) / 1e6} ms`,
    );
  }
}
