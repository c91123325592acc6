import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ok } from '#kernel/result.ts';
import { compilePlan } from '#plan/compile.ts';
import { createIntake, type Intake } from '../intake.ts';
import { liveExecutors } from '../process.ts';
import { VolatileDisk } from '../spool/volatile-disk.ts';
import { ingestKey, seededRandom, T0, VirtualClock } from '../test-support.ts';
import { SampleBatchBuilder, type Series } from './batch.ts';

const PLAN = `plan: shop
timezone: UTC
launch: 2026-01-01 09:00
sources:
  paid: samples "paid_total" where zone = "a"
  cpu:  samples "cpu" in %
  slow: samples "seconds_bucket" in s
signals:
  growth: sum(paid) over 30m
  points: count(paid) over 30m
  top:    max(cpu) over 30m
  now:    last(cpu) over 30m
  p90:    p90(slow) over 30m
`;
const NO_FIELDS: ReadonlyMap<string, never> = new Map<string, never>();

async function start(disk: VolatileDisk, clock: VirtualClock): Promise<Intake> {
  const intake = await createIntake({
    disk,
    clock,
    random: seededRandom(clock.now()),
    log: () => {},
    executors: liveExecutors(() => {}),
    compile: ({ files }) => compilePlan(files).plan,
    events: { insert: async () => {} },
    readings: { write: async () => {} },
  });
  intake
    .connect(() => {})
    .receive({
      type: 'configure',
      plans: [{ name: 'shop', version: 1, files: [{ path: 'plan.yaml', text: PLAN }], watermark: 0 }],
      keys: [ingestKey()],
    });
  return intake;
}

let requests = 0;

async function send(intake: Intake, points: readonly (readonly [series: Series, time: number, value: number])[]) {
  const builder = new SampleBatchBuilder();
  for (const [series, time, value] of points) builder.add(builder.series(series), time, value);
  requests += 1;
  const outcome = await intake.accept({
    grant: { keyId: 'a'.repeat(16), plan: 'shop' },
    protocol: 'test',
    traffic: 'samples',
    body: Buffer.from(String(requests)),
    decode: () =>
      ok({ records: [], ownIds: [], rejected: [], samples: builder.build(), newFields: NO_FIELDS, recognisable: true }),
  });
  expect(outcome.ok).toBe(true);
}

/** Values of the plan's signals by name; undefined where there is none. */
function figures(intake: Intake, clock: VirtualClock): Readonly<Record<string, number | undefined>> {
  const found: Record<string, number | undefined> = {};
  intake
    .connect((message) => {
      if (message.type !== 'readings') return;
      for (const { signal, reading } of message.readings) {
        found[signal] = reading.state === 'no data' ? undefined : reading.value;
      }
    })
    .receive({ type: 'readings-wanted', request: clock.now(), plan: 'shop' });
  return found;
}

const paid = (zone: string): Series => ({ name: 'paid_total', kind: 'counter', labels: [['zone', zone]] });
const other: Series = { name: 'other_total', kind: 'counter', labels: [] };
const cpu: Series = { name: 'cpu', kind: 'gauge', labels: [] };

test('points that a plan reads become its figures, and others do not', async () => {
  const clock = new VirtualClock(T0);
  const intake = await start(new VolatileDisk(), clock);
  await send(intake, [
    [paid('a'), T0, 100],
    [paid('b'), T0, 100],
    [other, T0, 5],
    [cpu, T0, 91],
  ]);
  await clock.advance(15_000);
  await send(intake, [
    [paid('a'), T0 + 15_000, 107],
    [paid('b'), T0 + 15_000, 900],
    [other, T0 + 15_000, 6],
  ]);
  expect(figures(intake, clock)).toMatchObject({ growth: 7, points: 2, top: 0.91 });
  await intake.stop();
});

test('histograms of several instances that count up to bounds have one percentile', async () => {
  const clock = new VirtualClock(T0);
  const intake = await start(new VolatileDisk(), clock);
  const bucket = (le: string, instance: string): Series => ({
    ...{ name: 'seconds_bucket', kind: 'counter' },
    labels: [
      ['instance', instance],
      ['le', le],
    ],
  });
  const scrape = (instance: string, counts: readonly number[]) =>
    ['0.1', '0.5', '+Inf'].map((le, index) => [bucket(le, instance), clock.now(), counts[index] ?? 0] as const);
  await send(intake, [...scrape('a', [50, 60, 60]), ...scrape('b', [3, 9, 9])]);
  expect(figures(intake, clock)['p90']).toBeUndefined();
  await clock.advance(15_000);
  // 6 of 20 up to 100 ms, 14 more up to 500 ms: the 18th is 12/14 of the way. One instance has started again.
  await send(intake, [...scrape('a', [54, 72, 72]), ...scrape('b', [2, 8, 8])]);
  expect(figures(intake, clock)['p90']).toBeCloseTo(100 + (400 * 12) / 14, 6);
  await intake.stop();
});

test('a counter goes on where it was after a crash or an orderly end, as if there had been none', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(
        fc.record({ added: fc.nat(20), restart: fc.constantFrom('none', 'none', 'crash', 'end', 'late crash') }),
        { minLength: 2, maxLength: 12 },
      ),
      async (steps) => {
        const disk = new VolatileDisk();
        let clock = new VirtualClock(T0);
        let intake = await start(disk, clock);
        let counter = 1_000;
        let expected: number | undefined;
        for (const { added, restart } of steps) {
          if (restart === 'late crash') await clock.advance(25_000);
          if (restart === 'end') await intake.stop();
          if (restart !== 'none') {
            if (restart !== 'end') disk.losePower((synced) => synced);
            // What an earlier life has set down to be done is of another clock.
            clock = new VirtualClock(clock.now());
            intake = await start(disk, clock);
          }
          await clock.advance(15_000);
          counter += added;
          expected = expected === undefined ? 0 : expected + added;
          await send(intake, [
            [paid('a'), clock.now(), counter],
            [other, clock.now(), counter],
          ]);
        }
        expect(figures(intake, clock)['growth']).toBe(expected);
        expect(figures(intake, clock)['points']).toBe(steps.length);
        await intake.stop();
      },
    ),
    { numRuns: 12 },
  );
});

test('a series whose pace is known is without data when its last point is older than it lives, also after a crash', async () => {
  const disk = new VolatileDisk();
  let clock = new VirtualClock(T0);
  let intake = await start(disk, clock);
  await send(intake, [[{ ...cpu, lifeMs: 45_000 }, T0, 30]]);
  await clock.advance(20_000);
  disk.losePower((synced) => synced);
  clock = new VirtualClock(clock.now());
  intake = await start(disk, clock);
  await clock.advance(24_000);
  expect(figures(intake, clock)).toMatchObject({ now: 0.3, top: 0.3 });
  await clock.advance(1_000);
  expect(figures(intake, clock)['now']).toBeUndefined();
  // What is looked at over a time still has it.
  expect(figures(intake, clock)['top']).toBe(0.3);
  await intake.stop();
});
