import { expect, it } from 'vitest';
import type { Dialler } from '#egress/dialler.ts';
import type { Clock } from '#kernel/ports.ts';
import type { LookQuestion } from '#plan/look-question.ts';
import type { Probe } from '#plan/probe.ts';
import type { PlanOrders, ProberOrders } from '#plan/prober-orders.ts';
import { createVirtualClock } from '../../test/conformance/virtual-clock.ts';
import { Outbox } from './outbox.ts';
import { Prober } from './prober.ts';
import type { ProbeResult } from './result.ts';

const T0 = 1_790_000_000_000;

const probe = (name: string, more: Partial<Probe> = {}): Probe => ({
  name,
  text: name,
  check: { kind: 'tcp', host: 'shop.example', port: 80 },
  everyMs: { otherwise: 1_000 },
  timeoutMs: 1_000,
  expect: [],
  ...more,
});

const ordersOf = (probes: readonly Probe[], more: Partial<PlanOrders> = {}): PlanOrders => ({
  plan: 'shop',
  timezone: 'UTC',
  phases: [],
  probes,
  databases: [],
  last: {},
  ...more,
});

async function settle(): Promise<void> {
  for (let turn = 0; turn < 10; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

/** A prober on virtual time whose target answers at once, well or not. */
function setUp(plans: readonly PlanOrders[]) {
  const clock = createVirtualClock(T0);
  /** `skewMs`: by how much this machine's clock differs from intake's. */
  const state = {
    skewMs: 0,
    isWell: true,
    isAway: false,
    plans,
    revision: 'one',
    told: [] as ProbeResult[],
    batches: 0,
    asked: [] as LookQuestion[],
    /** Addresses that were asked. */
    sent: [] as string[],
    /** What an answer of intake waits for. */
    holds: Promise.resolve(),
  };
  const dialler = {
    async ask({ url }: { readonly url: string }) {
      state.sent.push(url);
      return { ok: true, value: { status: 202, headers: {}, body: new Uint8Array(), timings: {} } };
    },
    connect: async () =>
      state.isWell
        ? { ok: true, value: { socket: { destroy() {} }, timings: {} } }
        : { ok: false, failure: { reason: 'connection-failed', message: 'refused', sent: 'no' } },
  } as unknown as Dialler;
  const prober = new Prober({
    location: 'here',
    clock: { ...clock, now: () => clock.now() + state.skewMs } as Clock,
    dialler(plan) {
      expect(plan).toBe('shop');
      return dialler;
    },
    random: { bytes: (length) => new Uint8Array(length) },
    secret: () => ({ state: 'unset' }),
    wantSecrets: () => {},
    log: () => {},
    intake: {
      async orders(revision) {
        const head: ProberOrders = { now: clock.now(), revision: state.revision };
        await state.holds;
        return { ok: true, value: revision === state.revision ? head : { ...head, plans: state.plans } };
      },
      async tell(_plan, results) {
        if (state.isAway) return { state: 'again', message: 'away', afterMs: 0 };
        state.batches += 1;
        // As intake does, which refuses what lies more than a minute ahead.
        state.told.push(...results.filter(({ dueAt }) => dueAt <= clock.now() + 60_000));
        return { state: 'taken' };
      },
      async heard(_plan, question) {
        state.asked.push(question);
        return { ok: true, value: { now: clock.now(), since: 0 } };
      },
    },
  });
  const pass = async (ms: number, stepMs = 50): Promise<void> => {
    for (let left = ms; left > 0; left -= stepMs) {
      clock.advance(stepMs);
      await settle();
    }
  };
  return { prober, state, pass };
}

const duesOf = (told: readonly ProbeResult[], name: string) =>
  told.filter((result) => result.probe === name).map(({ dueAt }) => dueAt);

it('looks at each instant once, in its order, and tells what nothing changed in together', async () => {
  const { prober, state, pass } = setUp([ordersOf([probe('one'), probe('two')])]);
  prober.start();
  await settle();
  await pass(10_000);
  for (const name of ['one', 'two']) {
    const dues = duesOf(state.told, name);
    expect(dues.length).toBeGreaterThanOrEqual(9);
    for (const [index, dueAt] of dues.entries()) expect(dueAt).toBe((dues[0] ?? 0) + index * 1_000);
  }
  expect(state.batches).toBeLessThanOrEqual(20);
  await prober.stop();
});

it('keeps what it saw while intake is away, with its times', async () => {
  const { prober, state, pass } = setUp([ordersOf([probe('one')])]);
  prober.start();
  await settle();
  state.isAway = true;
  await pass(20_000);
  expect(state.told).toEqual([]);
  state.isAway = false;
  await pass(8_000);
  const dues = duesOf(state.told, 'one');
  expect(dues.length).toBeGreaterThan(24);
  expect(new Set(dues.slice(1).map((dueAt, index) => dueAt - (dues[index] ?? 0)))).toEqual(new Set([1_000]));
  await prober.stop();
});

it('looks closer while a target fails, and rests where a phase says nothing', async () => {
  const closer = probe('closer', { everyMs: { otherwise: 60_000 }, whileFailingMs: 2_000 });
  const resting = probe('resting', { everyMs: { phases: { early: 1_000 } } });
  const phases = [{ name: 'early', span: { kind: 'offsets', fromMs: 0 } }] as unknown as PlanOrders['phases'];
  const { prober, state, pass } = setUp([ordersOf([closer, resting], { phases, launch: T0 + 130_000 })]);
  state.isWell = false;
  prober.start();
  await settle();
  await pass(120_000);
  expect(duesOf(state.told, 'resting')).toEqual([]);
  const dues = duesOf(state.told, 'closer');
  expect(dues.length).toBeGreaterThan(20);
  expect((dues[3] ?? 0) - (dues[2] ?? 0)).toBe(2_000);
  await pass(20_000);
  expect(duesOf(state.told, 'resting').length).toBeGreaterThanOrEqual(9);
  await prober.stop();
});

it('follows another version of the plan without another look at what is done', async () => {
  const { prober, state, pass } = setUp([ordersOf([probe('one'), probe('gone')])]);
  prober.start();
  await settle();
  await pass(5_000);
  state.plans = [ordersOf([probe('one', { timeoutMs: 500 }), probe('new')])];
  state.revision = 'two';
  await pass(5_000);
  const gone = duesOf(state.told, 'gone').length;
  await pass(3_000);
  expect(duesOf(state.told, 'gone').length).toBe(gone);
  expect(duesOf(state.told, 'new').length).toBeGreaterThan(5);
  const dues = duesOf(state.told, 'one');
  expect(new Set(dues).size).toBe(dues.length);
  expect(dues.length).toBeGreaterThanOrEqual(11);
  await prober.stop();
});

it('goes on at the instants that follow when the clock of its machine is set back', async () => {
  const { prober, state, pass } = setUp([
    ordersOf([probe('one'), probe('rare', { everyMs: { otherwise: 3_600_000 } })]),
  ]);
  prober.start();
  await settle();
  await pass(5_000);
  state.skewMs = -3_600_000;
  await pass(5_000);
  state.skewMs = 0;
  await pass(5_000);
  const dues = duesOf(state.told, 'one');
  expect(dues.length).toBeGreaterThanOrEqual(14);
  for (const [index, dueAt] of dues.entries()) expect(dueAt).toBe((dues[0] ?? 0) + index * 1_000);
  // No hour has passed, so it is not due again.
  expect(duesOf(state.told, 'rare')).toHaveLength(1);
  await prober.stop();
});

it.each([
  ['and is put right later', 0],
  ['and stays so', 3_600_000],
])('follows the time of intake where its own clock is far ahead %s', async (_when, laterMs) => {
  const { prober, state, pass } = setUp([ordersOf([probe('one')])]);
  await pass(1_000);
  state.skewMs = 3_600_000;
  prober.start();
  await settle();
  await pass(5_000);
  state.skewMs = laterMs;
  await pass(10_000);
  const dues = duesOf(state.told, 'one');
  expect(dues.length).toBeGreaterThanOrEqual(13);
  for (const [index, dueAt] of dues.entries()) expect(dueAt).toBe((dues[0] ?? 0) + index * 1_000);
  expect(Math.max(...dues)).toBeLessThanOrEqual(T0 + 16_000);
  await prober.stop();
});

it('looks no instant twice where its clock jumps ahead and back while it runs', async () => {
  const { prober, state, pass } = setUp([ordersOf([probe('one')])]);
  prober.start();
  await settle();
  await pass(5_000);
  state.skewMs = 3_600_000;
  await pass(3_000);
  state.skewMs = 0;
  await pass(10_000);
  const dues = duesOf(state.told, 'one');
  expect(new Set(dues).size).toBe(dues.length);
  expect(dues.length).toBeGreaterThanOrEqual(16);
  expect(Math.max(...dues)).toBeLessThanOrEqual(T0 + 18_000);
  expect(Math.max(...dues)).toBeGreaterThan(T0 + 16_000);
  await prober.stop();
});

it('does not go back to the time of an answer that waited while its machine was suspended', async () => {
  const { prober, state, pass } = setUp([ordersOf([probe('one')])]);
  prober.start();
  await settle();
  await pass(5_000);
  const { promise, resolve } = Promise.withResolvers<void>();
  state.holds = promise;
  await pass(2_000);
  // It wakes 50 minutes later; the answer is of before.
  await pass(3_000_000, 3_000_000);
  await pass(1_000);
  state.holds = Promise.resolve();
  resolve();
  await settle();
  await pass(5_000);
  const dues = duesOf(state.told, 'one');
  expect(dues.filter((dueAt) => dueAt > T0 + 3_002_000).length).toBeGreaterThanOrEqual(5);
  for (const [index, dueAt] of dues.entries()) if (index > 0) expect(dueAt).toBeGreaterThan(dues[index - 1] ?? 0);
  await prober.stop();
});

it('loses the oldest results first when there are too many, and says so', async () => {
  const clock = createVirtualClock(T0);
  const log: string[] = [];
  const told: number[] = [];
  let isAway = true;
  const outbox = new Outbox({
    clock,
    log: (message) => log.push(message),
    kept: 3,
    async deliver(_plan, results) {
      if (isAway) return { state: 'again', message: 'away', afterMs: 0 };
      told.push(...results.map(({ dueAt }) => dueAt));
      return { state: 'taken' };
    },
  });
  for (let dueAt = 1; dueAt <= 5; dueAt += 1) {
    outbox.add('shop', { dueAt } as ProbeResult, true);
    clock.advance(10);
    await settle();
  }
  isAway = false;
  clock.advance(10_000);
  await settle();
  expect(told).toEqual([3, 4, 5]);
  expect(outbox.waiting).toBe(0);
  expect(log.join('\n')).toContain('the oldest are lost');
  expect(log.at(-1)).toBe('2 results of shop were lost while intake was away.');
});

const sending = (): Probe =>
  probe('mail', {
    everyMs: { otherwise: 3_600_000 },
    check: { kind: 'http', method: 'POST', url: 'https://mail.example/?run=<run>', headers: {} },
    confirm: { event: 'mail-received', field: 'run', withinMs: 600_000 },
  });

it('goes on with the others while a look waits for what it sent, and does not begin it again', async () => {
  const { prober, state, pass } = setUp([ordersOf([sending(), probe('one')])]);
  prober.start();
  await settle();
  await pass(20_000);
  expect(duesOf(state.told, 'one').length).toBeGreaterThanOrEqual(19);
  expect(duesOf(state.told, 'mail')).toEqual([]);
  expect(new Set(state.asked.map(({ run, dueAt }) => `${run} ${dueAt}`)).size).toBe(1);
  expect(state.sent).toHaveLength(1);
  await pass(600_000, 500);
  expect(state.told.filter(({ probe: name }) => name === 'mail')).toMatchObject([{ reason: 'not-confirmed' }]);
  expect(state.sent).toHaveLength(1);
  await prober.stop();
});

it('sends nothing again when it starts anew, since intake knows what was begun', async () => {
  const first = setUp([ordersOf([sending()])]);
  first.prober.start();
  await settle();
  await first.pass(1_000);
  await first.prober.stop();
  const dueAt = first.state.asked[0]?.dueAt ?? 0;
  const second = setUp([ordersOf([sending()], { last: { mail: { dueAt, isFailing: false } } })]);
  second.prober.start();
  await settle();
  await second.pass(1_000);
  expect([first.state.sent.length, second.state.sent.length]).toEqual([1, 0]);
  await second.prober.stop();
});
