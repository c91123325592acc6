import { expect, test } from 'vitest';
import { DAY_MS, HOUR_MS, type Instant } from '#kernel/instant.ts';
import { limits } from '#kernel/limits.ts';
import { compilePlan } from '#plan/compile.ts';
import type { HistoryWanted } from '#signals/availability/availability-window.ts';
import type { KeysWanted } from '#signals/keys/key-recall.ts';
import { recallOf } from '#signals/keys/store.fixture.ts';
import { createLiveExecutor, restoreLiveExecutor } from '#signals/live-executor.ts';
import type { EventRecord } from '#signals/record.ts';
import type { Arrival } from '#signals/watch/reference-watch.ts';
import { WindowsHost } from './host.ts';
import { Recollection } from './recollection.ts';
import type { Block, BlockMeta } from './spool/block.ts';
import { VirtualClock } from './test-support.ts';

const START = Date.parse('2026-03-02T09:00:00Z');
const text = `plan: shop
severities: { soon: { notify: [] } }
probes: { api: { check: GET https://shop.example/, every: 1m } }
signals: { uptime: availability(api) over 30d }
rules: { low: { when: uptime < 99%, severity: soon } }
`;

function compile(of: string) {
  const { plan } = compilePlan([{ path: 'plan.yaml', text: of }]);
  if (plan === undefined) throw new Error('the plan of the test is wrong');
  return plan;
}

function begin(waitsFrom: () => Instant = () => Number.POSITIVE_INFINITY, of: string = text) {
  const plan = compile(of);
  const clock = new VirtualClock(START);
  const said: string[] = [];
  const host = new WindowsHost({
    executors: {
      create: createLiveExecutor,
      restore: (of, bytes) => {
        const restored = restoreLiveExecutor(of, bytes);
        return restored.ok ? restored.value : undefined;
      },
    },
    verdictsPending: 100,
    gapMs: 100,
    recalls: true,
    log: (message) => said.push(message),
  });
  host.configure('shop', 1, plan, START);
  const asked: HistoryWanted[] = [];
  const askedForKeys: KeysWanted[] = [];
  const store: { isAway: boolean; answers?: Promise<void>; arrivals: Arrival[] } = { isAway: false, arrivals: [] };
  const recollection = new Recollection({
    source: {
      async read(_, wanted) {
        asked.push(wanted);
        await store.answers;
        if (store.isAway) throw new Error('it is away');
        // Nine hours up and one down.
        const run = (from: Instant, last: Instant, state: 'up' | 'down') => ({ from, last, state });
        const runs = [
          run(wanted.to - 10 * HOUR_MS, wanted.to - HOUR_MS - 60_000, 'up'),
          run(wanted.to - HOUR_MS, wanted.to - 60_000, 'down'),
        ];
        return [{ locations: [{ location: 'here', runs }] }];
      },
      async readKeys(_, wanted) {
        askedForKeys.push(wanted);
        if (store.isAway) throw new Error('it is away');
        return recallOf(wanted, store.arrivals, HOUR_MS);
      },
    },
    host,
    clock,
    storedBefore: () => Math.min(clock.now(), waitsFrom()),
    settle: () => clock.now(),
    now: () => clock.now(),
    log: (message) => said.push(message),
  });
  const reading = () => host.plans.get('shop')?.executor.readings()[0]?.reading;
  const truths = () => host.plans.get('shop')?.outbox.state.pending.map(({ truth }) => truth);
  return { clock, host, recollection, asked, askedForKeys, store, said, reading, truths };
}

test('nothing is said until the store answers, and then at once', async () => {
  const { clock, recollection, asked, store, said, reading, truths } = begin();
  store.isAway = true;
  recollection.wake();
  await clock.advance(1);
  await clock.advance(10_000);
  expect(reading()).toMatchObject({ state: 'no data', reason: 'refilling' });
  expect(asked.length).toBeGreaterThan(1);
  expect(asked[0]?.to).toBe(START);
  expect(START - (asked[0]?.from ?? 0)).toBeGreaterThan(30 * DAY_MS);
  expect(said).toEqual(['What probes found before is not known yet: it is away']);
  store.isAway = false;
  await clock.advance(60_000);
  expect(reading()).toMatchObject({ state: 'value', sampleSize: 600 });
  expect(truths()?.at(-1)).toBe('true');
  const times = asked.length;
  recollection.wake();
  await clock.advance(1);
  await clock.advance(60_000);
  expect(asked).toHaveLength(times);
});

test('a time that late results have changed is asked for once the store has them, and at most once a minute', async () => {
  const { clock, host, recollection, asked, reading } = begin();
  const late = (agoMs: number): void => {
    const now = clock.now();
    const record = {
      name: 'check',
      time: now - agoMs,
      id: `${now}`,
      attributes: { probe: 'api', location: 'here', outcome: 'failed' },
    };
    host.plans.get('shop')?.executor.ingest([record], now);
  };
  const wakeEach = async (seconds: number, run: () => void): Promise<void> => {
    for (let left = seconds; left > 0; left--) {
      await clock.advance(1_000);
      run();
      recollection.wake();
    }
  };
  recollection.wake();
  await wakeEach(30, () => {});
  expect(asked.map(({ isFirst }) => isFirst)).toEqual([true]);
  await wakeEach(125, () => late(2 * HOUR_MS));
  const again = asked.slice(1);
  expect(again.length).toBeGreaterThanOrEqual(2);
  expect(again.length).toBeLessThanOrEqual(3);
  for (const { from, to, isFirst } of again) {
    expect(isFirst).toBe(false);
    expect(from).toBeLessThan(START - 2 * HOUR_MS);
    expect(to).toBeLessThan(START);
  }
  expect(reading()).toMatchObject({ state: 'value' });
  // What is left is asked for, and then nothing.
  await wakeEach(125, () => {});
  const times = asked.length;
  await wakeEach(125, () => {});
  expect(asked).toHaveLength(times);
  expect(host.plans.get('shop')?.executor.historyWanted()).toEqual([]);
});

test('the store is asked once it has what came before', async () => {
  const waiting = { from: START - 5_000 };
  const { clock, recollection, asked } = begin(() => waiting.from);
  recollection.wake();
  await clock.advance(1);
  await clock.advance(30_000);
  expect(asked).toEqual([]);
  waiting.from = START;
  await clock.advance(30_000);
  expect(asked).toHaveLength(1);
});

test('a plan that goes takes its questions along', async () => {
  const { clock, host, recollection, asked } = begin();
  host.remove('shop');
  recollection.wake();
  await clock.advance(1);
  await clock.advance(30_000);
  expect(asked).toEqual([]);
});

test('an availability that comes while the past of another is read is asked for too', async () => {
  const { clock, host, recollection, asked, store } = begin();
  const { promise, resolve } = Promise.withResolvers<void>();
  store.answers = promise;
  recollection.wake();
  await clock.advance(1);
  await clock.advance(30_000);
  expect(asked).toHaveLength(1);
  host.configure('shop', 2, compile(text.replace('signals: {', 'signals: { week: availability(api) over 7d,')), START);
  recollection.wake();
  resolve();
  await clock.advance(1);
  await clock.advance(60_000);
  const readings = host.plans.get('shop')?.executor.readings() ?? [];
  expect(readings.map(({ reading }) => reading.state)).toEqual(['value', 'value']);
  expect(asked).toHaveLength(2);
});

const ofKeys = `plan: shop
severities: { soon: { notify: [] } }
sources: { sales: events "sale", orders: events "order" }
signals: { twice: duplicates(sales.invoice) over 24h, unlinked: "missing(sales.id, orders.sale) over 6h" }
rules:
  twice: { when: twice > 0, severity: soon }
  unlinked: { when: unlinked > 0, severity: soon }
`;

function sale(id: string, time: Instant, invoice: string): EventRecord {
  return { name: 'sale', time, id, attributes: { id, invoice } };
}

/** A block of one plan as the spool gives it; `recordsOf` finds its records. */
function blocksOf(arrivals: readonly Arrival[]) {
  const records = new Map<Block, readonly EventRecord[]>();
  for (const [index, { record, receivedAt }] of arrivals.entries()) {
    const counts = { accepted: 1, duplicates: 0, rejected: 0 } as unknown as BlockMeta;
    const meta = { ...counts, plan: 'shop', sequence: index + 1, batch: 1, receivedAt };
    records.set({ meta, payload: new Uint8Array() }, [record]);
  }
  return { blocks: [...records.keys()], recordsOf: (block: Block) => records.get(block) ?? [] };
}

test('keys are read once the store has what came before, while events come, and the store may be away meanwhile', async () => {
  const { clock, host, recollection, store, said } = begin(undefined, ofKeys);
  const readings = () => host.plans.get('shop')?.executor.readings() ?? [];
  store.arrivals.push(
    ...[sale('a', START - HOUR_MS, '1'), sale('b', START - 2 * HOUR_MS, '2'), sale('c', START - 3 * HOUR_MS, '3')].map(
      (record) => ({ record, receivedAt: record.time }),
    ),
  );
  store.isAway = true;
  recollection.wake();
  await clock.advance(2_000);
  expect(readings().map(({ reading }) => reading)).toMatchObject([{ reason: 'refilling' }, { reason: 'refilling' }]);
  const later = blocksOf([{ record: sale('d', START + 2_000, '2'), receivedAt: START + 2_000 }]);
  host.ingest(later.blocks, later.recordsOf);
  await clock.advance(2_000);
  expect(said).toEqual(['Which values came before is not known yet: it is away']);
  store.isAway = false;
  await clock.advance(60_000);
  expect(readings()).toMatchObject([
    { reading: { value: 1, sampleSize: 3 }, found: { keys: ['2'] } },
    { reading: { value: 3, sampleSize: 4 }, found: { keys: ['c', 'b', 'a'] } },
  ]);
});

test('what was on its way to the disk when a plan came into force counts once', async () => {
  const { clock, host, recollection, store } = begin(undefined, ofKeys);
  // Received as the plan came, or before, and durable after that, together with what came later.
  const onTheirWay = [sale('a', START - 1, '1'), sale('b', START, '2')].map((record) => ({
    record,
    receivedAt: record.time,
  }));
  const arrivals = [...onTheirWay, { record: sale('c', START + 1, '3'), receivedAt: START + 1 }];
  const { blocks, recordsOf } = blocksOf(arrivals);
  host.ingest(blocks, recordsOf);
  // The store has it all by the time that it is asked.
  store.arrivals.push(...arrivals);
  recollection.wake();
  await clock.advance(1);
  await clock.advance(30_000);
  expect(host.plans.get('shop')?.executor.readings()[0]).toMatchObject({ reading: { value: 0, sampleSize: 3 } });
});

test('when more comes than is noted while the store is away, it is asked for a later time', async () => {
  const { clock, host, recollection, store, askedForKeys } = begin(undefined, ofKeys);
  store.isAway = true;
  recollection.wake();
  await clock.advance(1);
  await clock.advance(999);
  const records = Array.from({ length: limits.keysPerMeasure + 1 }, (_, index) =>
    sale(`s${index}`, START + 1_000, `${index % 1_000}`),
  );
  const arrivals = records.map((record) => ({ record, receivedAt: START + 1_000 }));
  const { blocks } = blocksOf(arrivals.slice(0, 1));
  host.ingest(blocks, () => records);
  // As a store would tell them that has so many for a key.
  store.arrivals.push(...arrivals.slice(0, 2_000));
  await clock.advance(2_000);
  store.isAway = false;
  await clock.advance(90_000);
  expect(askedForKeys[0]?.to).toBe(START + 1);
  expect(askedForKeys.at(-1)?.to).toBeGreaterThan(START + 1_000);
  expect(host.plans.get('shop')?.executor.readings()[0]).toMatchObject({
    reading: { value: 1_000, sampleSize: 1_000 },
  });
});
