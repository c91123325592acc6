import { expect, test } from 'vitest';
import { DAY_MS, HOUR_MS, type Instant } from '#kernel/instant.ts';
import { compilePlan } from '#plan/compile.ts';
import type { HistoryWanted } from '#signals/availability/availability-window.ts';
import { createLiveExecutor, restoreLiveExecutor } from '#signals/live-executor.ts';
import { WindowsHost } from './host.ts';
import { Recollection } from './recollection.ts';
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

function begin(loadsFrom: () => Instant | undefined = () => undefined) {
  const plan = compile(text);
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
  const store: { isAway: boolean; answers?: Promise<void> } = { isAway: false };
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
    },
    host,
    clock,
    loadsFrom,
    now: () => clock.now(),
    log: (message) => said.push(message),
  });
  const reading = () => host.plans.get('shop')?.executor.readings()[0]?.reading;
  const truths = () => host.plans.get('shop')?.outbox.state.pending.map(({ truth }) => truth);
  return { clock, host, recollection, asked, store, said, reading, truths };
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
  const waiting: { from: Instant | undefined } = { from: START - 5_000 };
  const { clock, recollection, asked } = begin(() => waiting.from);
  recollection.wake();
  await clock.advance(1);
  await clock.advance(30_000);
  expect(asked).toEqual([]);
  waiting.from = undefined;
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
