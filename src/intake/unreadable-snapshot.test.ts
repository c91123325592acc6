import fc from 'fast-check';
import { expect, test } from 'vitest';
import { receiveEvents } from './events/receive.ts';
import { createIntake, type Intake } from './intake.ts';
import type { FromCore, FromIntake } from './link.ts';
import { compileConfigured, liveExecutors } from './process.ts';
import { decodeSnapshot, encodeSnapshot, type IntakeSnapshot, type PlanSnapshot } from './snapshot.ts';
import { VolatileDisk } from './spool/volatile-disk.ts';
import { ingestKey, seededRandom, settle, T0, testKey, VirtualClock } from './test-support.ts';

const TEXT = `plan: shop
title: Shop
timezone: UTC
launch: 2026-01-01 00:00
people: { mia: { email: mia@shop.example } }
sources: { payments: events "payment" once per order }
signals:
  routes: count(payments by route) over 10m
  all: count(payments) over 10m
  slow: p95(payments.duration) over 10m
  doubled: duplicates(payments.order) over 1h
severities: { soon: { notify: [mia by app] } }
rules:
  many: { when: all > 2, severity: soon }
  few: { when: routes < 30, severity: soon }
  silent: { when: no payments in 10m, severity: soon }
  twice: { when: doubled > 0, severity: soon }
`;

const configure: FromCore = {
  type: 'configure',
  plans: [{ name: 'shop', version: 1, files: [{ path: 'shop.plan.yaml', text: TEXT }], watermark: 0 }],
  keys: [ingestKey()],
};

interface Running {
  readonly intake: Intake;
  readonly heard: readonly FromIntake[];
  readonly log: readonly string[];
}

async function start(disk: VolatileDisk, clock: VirtualClock): Promise<Running> {
  const log: string[] = [];
  const say = (message: string): void => void log.push(message);
  const intake = await createIntake({
    disk,
    clock,
    random: seededRandom(1),
    log: say,
    executors: liveExecutors(say),
    compile: (plan) => compileConfigured(plan, say),
    events: { insert: async () => {} },
    readings: { write: async () => {} },
  });
  const heard: FromIntake[] = [];
  intake.connect((message) => heard.push(message)).receive(configure);
  await settle();
  return { intake, heard, log };
}

async function send({ intake }: Running, clock: VirtualClock, orders: readonly string[]): Promise<number> {
  const records = orders.map((order) => ({ name: 'payment', order, route: '/a', duration_ms: 5, time: clock.now() }));
  const body = new TextEncoder().encode(JSON.stringify(records));
  return (await receiveEvents(intake, { authorization: `Bearer ${testKey}`, body })).status;
}

/** A disk that an intake left which had judged something, with other snapshots in place of its own, and what it says when it starts from it. */
async function startFrom(change: (bytes: Uint8Array) => Uint8Array): Promise<Running & { readonly status: number }> {
  const disk = new VolatileDisk();
  const clock = new VirtualClock(T0);
  const first = await start(disk, clock);
  await send(first, clock, ['a', 'b', 'c', 'd']);
  await clock.advance(60_000);
  await first.intake.stop();
  for (const name of await disk.list('windows')) {
    const path = `windows/${name}`;
    await disk.replace(path, change((await disk.read(path)) ?? new Uint8Array()));
  }
  const again = await start(disk, clock);
  const status = await send(again, clock, ['e', 'f', 'g', 'h']);
  await clock.advance(1_000);
  await again.intake.stop();
  return { ...again, status };
}

/** The same snapshot with something of its plans changed, and a right checksum. */
function withPlans(bytes: Uint8Array, change: (plan: PlanSnapshot) => object): Uint8Array {
  const snapshot = decodeSnapshot(bytes) as IntakeSnapshot;
  return encodeSnapshot({ ...snapshot, plans: snapshot.plans.map(change) as readonly PlanSnapshot[] });
}

test('a snapshot that is whole says nothing in the log', async () => {
  const { status, log } = await startFrom((bytes) => bytes);
  expect([status, log]).toEqual([200, []]);
});

test.each<readonly [string, string, (bytes: Uint8Array) => Uint8Array]>([
  ['is nothing', 'passed over', () => new Uint8Array()],
  ['is cut off', 'passed over', (bytes) => bytes.slice(0, bytes.length / 2)],
  [
    'has other words',
    'passed over',
    (bytes) => encodeSnapshot({ ...decodeSnapshot(bytes), plans: [], position: 'x' } as never),
  ],
  [
    'is of a later program',
    'has version 99',
    (bytes) =>
      withPlans(bytes, (plan) => ({
        ...plan,
        executor: plan.executor?.map((byte, index) => (index === 4 ? 99 : byte)),
      })),
  ],
  [
    'has windows that are cut off',
    'begin empty',
    (bytes) => withPlans(bytes, (plan) => ({ ...plan, executor: plan.executor?.slice(0, -8) })),
  ],
  [
    'has states that nobody knows',
    'cannot be read',
    (bytes) =>
      withPlans(bytes, (plan) => ({ ...plan, executor: renamed(plan.executor, '"value so far"', '"value to far"') })),
  ],
  [
    'has verdicts of another form',
    'begin empty',
    (bytes) => withPlans(bytes, (plan) => ({ ...plan, outbox: { base: 7 } })),
  ],
  [
    'has registers of another form',
    'of the looks',
    (bytes) =>
      withPlans(bytes, (plan) => ({
        ...plan,
        looks: [7],
        versions: 7,
        series: 7,
        heardRuns: 7,
        heartbeats: [null],
        fieldTypes: 7,
      })),
  ],
])('one that %s keeps nobody from starting, and is named', async (_what, named, change) => {
  const { status, log } = await startFrom(change);
  expect(status).toBe(200);
  expect(log.join('\n')).toContain(named);
});

test('windows of any bytes keep nobody from starting', async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(), fc.integer({ min: 0, max: 255 }), async (place, value) => {
      const { status } = await startFrom((bytes) =>
        withPlans(bytes, (plan) => ({
          ...plan,
          executor: plan.executor?.map((byte, index) =>
            index === place % (plan.executor?.length ?? 1) ? value : byte,
          ),
        })),
      );
      expect(status).toBe(200);
    }),
    { numRuns: 100 },
  );
});

/** The windows of a snapshot with another text of the same length. */
function renamed(bytes: Uint8Array | undefined, text: string, other: string): Uint8Array {
  const latin = Buffer.from(bytes ?? []).toString('latin1');
  expect(latin).toContain(text);
  return new Uint8Array(Buffer.from(latin.replace(text, other), 'latin1'));
}
