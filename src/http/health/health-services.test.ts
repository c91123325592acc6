import { expect, test } from 'vitest';
import { Play, plan } from '#core/testing.ts';
import type { IntakeStatus } from '#intake/link.ts';
import { createVirtualClock } from '../../../test/conformance/virtual-clock.ts';
import { createHealthServices, type HealthServicesOptions } from './health-services.ts';
import { History } from './history.ts';

const T0 = 1_790_000_000_000;

test('a point that was missed is null, and nothing is older than the whole length', () => {
  const history = new History(['a', 'b'] as const, 10, 4);
  expect(history.all()).toEqual({ a: [], b: [] });
  history.add(100, { a: 1 });
  history.add(120, { a: 2, b: 7 });
  expect(history.all()).toEqual({ a: [1, null, 2], b: [null, null, 7] });
  for (const at of [130, 140, 150]) history.add(at, { a: at });
  expect(history.read('a')).toEqual([2, 130, 140, 150]);
  expect(history.until).toBe(150);
});

/** Lets everything happen that waits for nothing but its turn. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 60; turn += 1) await Promise.resolve();
}

function started(more: Partial<HealthServicesOptions> = {}) {
  const clock = createVirtualClock(T0);
  const world = new Play(plan([])).world;
  const state = {
    accepted: 0,
    intake: true,
    database: true,
  };
  const intakeStatus = (): IntakeStatus | undefined =>
    state.intake
      ? {
          ready: true,
          reasons: [],
          spoolBytes: 5,
          segmentsWaiting: 1,
          accepted: state.accepted,
          rejected: { shop: { 'name-invalid': state.accepted / 10 } },
          eventLoopDelayMs: 3,
        }
      : undefined;
  const options = {
    core: {
      plans: () => ['shop', 'secret'],
      planStatus: async (name: string) => {
        if (!state.database) throw new Error('away');
        return {
          plan: name,
          world,
          readings: [],
          intakeConnected: true,
          watermarkAgeMs: 100,
          lagMs: 2,
          notices: [],
          notifications: { accepted: 4 },
        };
      },
      intakeStatus: async () => intakeStatus(),
      deliveries: async () => ({ rows: [] }),
    },
    status: {
      status: async (wanted: (plan: string) => boolean) => ({
        ready: false,
        reasons: ['Why not.'],
        plans: ['shop', 'secret'].filter(wanted).map((name) => ({ plan: name, notices: [`${name} is noticed.`] })),
      }),
    },
    live: { followers: () => 2 },
    machine: {
      processes: async () => [
        { name: 'supervisor', state: 'running', startedAt: new Date(T0 - 60_000).toISOString(), restarts: 0 },
        { name: 'core', state: 'running', restarts: 1, memoryBytes: 10 },
        { name: 'intake', state: 'running', restarts: 0 },
      ],
      disk: async () => ({ freeBytes: 1, totalBytes: 2 }),
      eventLoopDelayMs: () => 1.5,
    },
    stores: [
      {
        name: 'PostgreSQL',
        ask: async () => {
          if (!state.database) throw new Error('planted secret');
        },
        figures: async () => ({ version: '18.4', bytes: 9, migration: 4 }),
      },
      {
        name: 'telemetry store',
        ask: () => new Promise<void>(() => {}),
        figures: async () => Promise.reject(new Error()),
      },
    ],
    clock,
    version: '1.2.3',
    ...more,
  } as unknown as HealthServicesOptions;
  return { clock, state, health: createHealthServices(options) };
}

test('stores, processes and plans are told; a store that hangs does not hold the answer up', async () => {
  const { clock, health } = started();
  const asked = health.health((name) => name === 'shop');
  await settle();
  clock.advance(1_000);
  await settle();
  clock.advance(1_000);
  const answer = await asked;
  expect(answer).toMatchObject({
    version: '1.2.3',
    ready: false,
    reasons: ['Why not.'],
    notices: [{ plan: 'shop', text: 'shop is noticed.' }],
    uptimeMs: 61_000,
    stores: [
      { name: 'PostgreSQL', answers: true, version: '18.4', bytes: 9, migration: 4 },
      { name: 'telemetry store', answers: false, problem: 'The telemetry store does not answer.' },
    ],
    intake: { connected: true, spoolBytes: 5, segmentsWaiting: 1 },
    plans: [{ plan: 'shop', running: true, lagMs: 2, notifications: { accepted: 4 }, followers: 2 }],
  });
  expect(answer.processes.map(({ name, eventLoopDelayMs }) => [name, eventLoopDelayMs])).toEqual([
    ['supervisor', undefined],
    ['core', 1.5],
    ['intake', 3],
  ]);
  health.stop();
});

test('a plan that is not for the caller is not in it', async () => {
  const { clock, health } = started();
  const asked = health.health(() => false);
  await settle();
  clock.advance(2_000);
  expect(JSON.stringify(await asked)).not.toContain('secret');
  health.stop();
});

test('rates come from what intake counts between two points, and begin anew with a new intake', async () => {
  const { clock, state, health } = started();
  const point = async (accepted: number): Promise<void> => {
    state.accepted = accepted;
    // One second for the store that hangs, the rest until the next point.
    for (let second = 0; second < 11; second += 1) {
      await settle();
      clock.advance(1_000);
      await settle();
    }
  };
  await point(0);
  await point(110);
  await point(220);
  await point(10);
  state.intake = false;
  state.database = false;
  await point(0);
  await point(0);
  const asked = health.health(() => true);
  await settle();
  clock.advance(1_000);
  await settle();
  clock.advance(1_000);
  const { history, stores, intake } = await asked;
  const rates = history.acceptedPerSecond.filter((rate) => rate !== null);
  expect(rates).toEqual([10, 10]);
  expect(history.rejectedPerSecond.filter((rate) => rate !== null)).toEqual([1, 1]);
  expect(history.telemetryLatencyMs.every((latency) => latency === null)).toBe(true);
  expect(history.acceptedPerSecond.at(-1)).toBeNull();
  expect(intake.connected).toBe(false);
  expect(JSON.stringify(stores)).not.toContain('planted');
  health.stop();
});
