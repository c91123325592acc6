import { expect, test } from 'vitest';
import type { HealthAnswer } from '#contract/health.ts';
import type { AlertAnswer, PlanStatusAnswer, StatusAnswer } from '#contract/status.ts';
import { RequestCounts } from '#kernel/request-counts.ts';
import { createMetricsServices } from './metrics-services.ts';

const at = '2026-03-02T09:00:00.000Z';

const health: HealthAnswer = {
  version: '1.2.3',
  at,
  startedAt: at,
  uptimeMs: 0,
  ready: true,
  reasons: [],
  notices: [],
  processes: [
    { name: 'core', state: 'running', startedAt: at, restarts: 2, memoryBytes: 1_000, eventLoopDelayMs: 12 },
    { name: 'intake', state: 'ended' },
    { name: 'PostgreSQL', state: 'outside' },
  ],
  stores: [
    { name: 'PostgreSQL', answers: true, latencyMs: 1.5, bytes: 77 },
    { name: 'telemetry store', answers: false, problem: 'away' },
  ],
  intake: { connected: true, spoolBytesLimit: 1 },
  plans: [
    {
      plan: 'shop',
      running: true,
      lagMs: 250,
      watermark: at,
      openAlerts: 1,
      notifications: { accepted: 3, 'retry-at': 1 },
      followers: 4,
    },
  ],
  history: {
    stepMs: 10_000,
    until: at,
    acceptedPerSecond: [],
    rejectedPerSecond: [],
    spoolBytes: [],
    lagMs: [],
    watermarkAgeMs: [],
    coreEventLoopDelayMs: [],
    postgresLatencyMs: [],
    telemetryLatencyMs: [],
  },
};

function alert(state: AlertAnswer['state']): AlertAnswer {
  return { rule: 'r', group: [], severity: 's', state, since: at, sinceMs: 0, reason: '', flapping: false };
}

const plan: PlanStatusAnswer = {
  plan: 'shop',
  title: 'Shop',
  version: 1,
  signals: [],
  alerts: [alert('firing'), alert('firing'), alert('pending')],
  notifications: {},
  notices: [],
  coreLagMs: 0,
};
const status = { plans: [plan] } as unknown as StatusAnswer;

test('every figure has a name of ours, help, type and base units; what is not known is not there', async () => {
  const wanted: string[] = [];
  const services = createMetricsServices({
    core: { plans: () => [] },
    clock: { now: () => 0 },
    askTelemetry: () => Promise.reject(new Error('nothing is asked')),
    health: {
      health: async (isWanted) => {
        wanted.push(`health ${isWanted('shop')} ${isWanted('other')}`);
        return health;
      },
    },
    status: { status: async () => status },
  });
  const requests = new RequestCounts();
  requests.add('GET /api/plans/:plan/alerts', 200);
  requests.add('GET /api/plans/:plan/alerts', 200);
  requests.add('none', 404);
  const text = await (await services.expose((name) => name === 'shop', requests)).text();
  expect(wanted).toEqual(['health true false']);
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  expect(lines).toEqual([
    'watchbill_build_info{version="1.2.3"} 1',
    'watchbill_ready 1',
    'watchbill_intake_connected 1',
    'watchbill_process_running{process="core"} 1',
    'watchbill_process_running{process="intake"} 0',
    'watchbill_process_start_time_seconds{process="core"} 1772442000',
    'watchbill_process_restarts_total{process="core"} 2',
    'watchbill_process_memory_bytes{process="core"} 1000',
    'watchbill_event_loop_delay_seconds{process="core"} 0.012',
    'watchbill_store_up{store="PostgreSQL"} 1',
    'watchbill_store_up{store="telemetry store"} 0',
    'watchbill_store_latency_seconds{store="PostgreSQL"} 0.0015',
    'watchbill_store_size_bytes{store="PostgreSQL"} 77',
    'watchbill_plan_running{plan="shop"} 1',
    'watchbill_plan_lag_seconds{plan="shop"} 0.25',
    'watchbill_plan_watermark_timestamp_seconds{plan="shop"} 1772442000',
    'watchbill_plan_followers{plan="shop"} 4',
    'watchbill_alerts{plan="shop",state="pending"} 1',
    'watchbill_alerts{plan="shop",state="firing"} 2',
    'watchbill_alerts{plan="shop",state="resolving"} 0',
    'watchbill_notifications{plan="shop",state="accepted"} 3',
    'watchbill_notifications{plan="shop",state="retry-at"} 1',
    'watchbill_http_requests_total{route="GET /api/plans/:plan/alerts",status="200"} 2',
    'watchbill_http_requests_total{route="none",status="404"} 1',
  ]);
  const names = new Set(lines.map((line) => line.replace(/[{ ].*/, '')));
  for (const name of names) {
    expect(text).toContain(`# HELP ${name} `);
    expect(text).toContain(`# TYPE ${name} ${name.endsWith('_total') ? 'counter' : 'gauge'}\n`);
  }
});
