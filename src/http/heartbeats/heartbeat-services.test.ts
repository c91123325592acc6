import { expect, test } from 'vitest';
import { Play } from '#core/testing.ts';
import type { Core } from '#engine/core-process.ts';
import type { HeartbeatData, PlanData } from '#intake/link.ts';
import { HOUR_MS, MINUTE_MS } from '#kernel/instant.ts';
import { compilePlan } from '#plan/compile.ts';
import { createHeartbeatServices } from './heartbeat-services.ts';

const NOW = Date.UTC(2026, 2, 2, 9);
const text = `plan: shop
services: { db: {} }
heartbeats:
  backup:  { every: 'cron "0 3 * * *"', grace: 30m, longest: 2h, service: db }
  sync:    { every: 1h, grace: 10m }
  mailing: { every: 1h }
rules:
  backup-late: { when: backup late, severity: none }
`;
const { plan } = compilePlan([{ path: 'plan.yaml', text }]);

async function standing(heartbeats: readonly HeartbeatData[] | undefined) {
  if (plan === undefined) throw new Error('the plan of the test is wrong');
  const data = heartbeats && ({ heartbeats } as unknown as PlanData);
  const services = createHeartbeatServices({
    core: {
      plans: () => ['shop'],
      lastWorld: () => new Play(plan).world,
      link: { data: async () => data },
    } as unknown as Core,
    clock: { now: () => NOW } as never,
    intakeUrl: 'http://intake.example:4318',
  });
  return (await services.heartbeats('shop')).heartbeats;
}

test('each heartbeat of the plan, with what its job said last and when it is late', async () => {
  const [backup, sync, mailing] = await standing([
    {
      name: 'backup',
      ...{ lastAt: NOW - 5 * HOUR_MS, lastState: 'succeeded', succeededAt: NOW - 5 * HOUR_MS },
      ...{ endedAt: NOW - 5 * HOUR_MS, durationMs: 90_000, exitCode: 0 },
    },
    {
      name: 'sync',
      lastAt: NOW - 2 * HOUR_MS,
      lastState: 'succeeded',
      succeededAt: NOW - 2 * HOUR_MS,
      endedAt: NOW - 2 * HOUR_MS,
    },
    { name: 'gone', lastAt: NOW, lastState: 'succeeded' },
  ]);
  expect(backup).toEqual({
    name: 'backup',
    service: 'db',
    schedule: { kind: 'cron', expression: '0 3 * * *' },
    graceMs: 30 * MINUTE_MS,
    longestMs: 2 * HOUR_MS,
    // It came at 4:00, and what is due at 3:00 tomorrow is late half an hour later.
    state: 'on time',
    lastAt: '2026-03-02T04:00:00.000Z',
    lastState: 'succeeded',
    endedAt: '2026-03-02T04:00:00.000Z',
    durationMs: 90_000,
    exitCode: 0,
    lateAt: '2026-03-03T03:30:00.000Z',
    url: 'http://intake.example:4318/v1/heartbeats/KEY/backup',
    rules: ['backup-late'],
  });
  expect(sync).toMatchObject({ state: 'late', lateAt: '2026-03-02T08:10:00.000Z', rules: [] });
  expect(mailing).toMatchObject({ state: 'never' });
});

test('a failure stands until a success, and a run that goes on for too long is one', async () => {
  const failed = { failedAt: NOW - MINUTE_MS, succeededAt: NOW - HOUR_MS, endedAt: NOW - MINUTE_MS };
  const [backup, sync] = await standing([
    { name: 'backup', lastAt: NOW - 3 * HOUR_MS, lastState: 'started', openSince: NOW - 3 * HOUR_MS },
    { name: 'sync', lastAt: NOW, lastState: 'started', openSince: NOW, ...failed },
  ]);
  expect(backup?.state).toBe('failed');
  // A start alone says nothing of how it ended, and is no check-in where nobody watches for its end.
  expect(sync).toMatchObject({ state: 'failed', lateAt: '2026-03-02T10:09:00.000Z' });
});

test('while intake does not answer nothing is known of any job', async () => {
  expect((await standing(undefined)).map(({ state }) => state)).toEqual(['unknown', 'unknown', 'unknown']);
});
