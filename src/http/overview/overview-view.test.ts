import { expect, test } from 'vitest';
import type { World } from '#core/model.ts';
import { Play } from '#core/testing.ts';
import type { SignalReading } from '#intake/link.ts';
import { compilePlan } from '#plan/compile.ts';
import type { Bands } from '#plan/model.ts';
import { snapshotOf } from '../live/live-snapshot.ts';
import { directionOf } from './bands-view.ts';
import { viewOverview } from './overview-view.ts';
import { summarize } from './plan-summary.ts';

const text = `plan: shop
title: The shop
timezone: Europe/Berlin
launch: on command
phases:
  first-day: T+0 .. T+24h
  after:     from T+24h
people:
  mia: { email: mia@planted.example }
roles:
  on-call: [mia]
channels:
  ops: { kind: webhook, url: secret PLANTED_URL, secret: secret PLANTED_SECRET }
services:
  web: { importance: critical, needs: [api] }
  api: { down: errors-of-api }
signals:
  error_rate:  share(requests where status >= 500) over 5m, at least 20
  p95:         p95(requests.duration) over 5m
  p95_by_page: p95 by route
objectives:
  error_rate: target < 0.5%, critical > 5%
severities:
  urgent: { notify: [mia by app, webhook:ops], respond: 15m }
rules:
  errors: { when: error_rate > 5% for 1m, severity: urgent, service: web }
  errors-of-api: { when: count(calls where status >= 500) > 5 in 5m, severity: urgent, service: api }
`;

const DAY_MS = 86_400_000;
const T0 = Date.UTC(2026, 2, 2, 8);

function worldOf(): World {
  const { plan, diagnostics } = compilePlan([{ path: 'plan.yaml', text }]);
  if (plan === undefined) throw new Error(JSON.stringify(diagnostics));
  return new Play(plan).world;
}

const launched = new Play(worldOf());
launched.input({ kind: 'launch', by: 'mia' }, T0);

test('before T+0 the phases have names and no instants', () => {
  const overview = viewOverview(worldOf(), T0);
  expect(overview.launch).toEqual({ state: 'awaited' });
  expect(overview.phases).toEqual([{ name: 'first-day' }, { name: 'after' }]);
  expect(overview).not.toHaveProperty('phase');
});

test('from T+0 on they are instants, and one is in force', () => {
  const overview = viewOverview(launched.world, T0 + 1);
  const at = (ms: number): string => new Date(ms).toISOString();
  expect(overview.launch).toEqual({ state: 'launched', at: at(T0) });
  expect(overview.phases).toEqual([
    { name: 'first-day', from: at(T0), to: at(T0 + DAY_MS) },
    { name: 'after', from: at(T0 + DAY_MS) },
  ]);
  expect(overview.phase).toBe('first-day');
});

test('signals, bands and rules are as the plan writes them, in base units and in words', () => {
  const overview = viewOverview(launched.world, T0 + 1);
  expect(overview.signals).toMatchObject([
    { name: 'error_rate', baseUnit: 'fraction', unit: '%', atLeast: 20, by: [], hasObjective: true, rules: ['errors'] },
    { name: 'p95', by: [] },
    { name: 'p95 by route', by: ['route'] },
    { name: 'p95_by_page', baseUnit: 'ms', by: ['route'], hasObjective: false, rules: [] },
  ]);
  expect(overview.signals[0]?.text).toContain('share(requests where status >= 500)');
  expect(overview.objectives).toEqual([
    {
      signal: 'error_rate',
      bands: {
        target: { operator: '<', value: 0.005, shown: '< 0.5%' },
        critical: { operator: '>', value: 0.05, shown: '> 5%' },
      },
      direction: 'lower',
    },
  ]);
  expect(overview.rules).toMatchObject([
    { name: 'errors', severity: 'urgent', service: 'web', enabled: true, signals: ['error_rate'], needs: ['api'] },
    { name: 'errors-of-api', service: 'api' },
  ]);
  expect(overview.rules[1]).not.toHaveProperty('needs');
  expect(overview.people).toEqual([{ name: 'mia', roles: ['on-call'] }]);
  expect(overview.severities).toMatchObject([{ name: 'urgent', respondMs: 900_000 }]);
});

test('no address and no secret is in it', () => {
  const written = JSON.stringify(viewOverview(launched.world, T0));
  expect(written).not.toContain('planted');
  expect(written).not.toContain('PLANTED');
  expect(viewOverview(launched.world, T0).channels).toEqual([{ name: 'ops', kind: 'webhook' }]);
});

test.each<[Bands, string | undefined]>([
  [{ target: { operator: '>', value: 1 } }, 'higher'],
  [{ target: { operator: 'between', low: 1, high: 2 } }, 'within'],
  [{ target: 'unset', warning: { operator: '<', value: 1 } }, 'higher'],
  [{ critical: { operator: '>', value: 1 } }, 'lower'],
  [{ target: 'unset' }, undefined],
  [{ target: { operator: '=', value: 1 } }, undefined],
])('%j: a good figure is %s', (bands, direction) => {
  expect(directionOf(bands)).toBe(direction);
});

test('the summary counts figures by state, and the worst of those that have a target', () => {
  const reading = (signal: string, group: string, value: number): SignalReading => ({
    signal,
    group,
    reading: { state: 'value', value, sampleSize: 50, at: T0 },
  });
  const readings = [reading('error_rate', '[]', 0.06), reading('p95_by_page', '["/a"]', 1)];
  const state = { plan: 'shop', readings, intakeConnected: true, watermarkAgeMs: 0, lagMs: 0, notices: [] };
  const look = (world: World | undefined) => snapshotOf({ ...state, world, notifications: {} }, T0);
  expect(summarize('shop', launched.world, look(launched.world))).toMatchObject({
    title: 'The shop',
    phase: 'first-day',
    running: true,
    figures: { critical: 1, 'no data': 2, 'no objective': 1 },
    worst: 'critical',
    alerts: [],
  });
  expect(summarize('shop', undefined, look(undefined))).toMatchObject({ title: 'shop', running: false, figures: {} });
});

test('whoever asks is told which person they are, by their address and without it', () => {
  const people = (email?: string) => viewOverview(launched.world, T0, email).people;
  expect(people('Mia@planted.example')).toEqual([{ name: 'mia', roles: ['on-call'], you: true }]);
  expect(people('tom@planted.example')).toEqual([{ name: 'mia', roles: ['on-call'] }]);
  expect(JSON.stringify(people('mia@planted.example'))).not.toContain('planted');
});
