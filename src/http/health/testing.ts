import { routes } from '#contract/routes.ts';
import type { ApiServices } from '../services.ts';
import { type RouteCall, record } from '../testing.ts';

export const healthAnswer = {
  version: '1.2.3',
  at: '2026-03-02T09:00:00.000Z',
  startedAt: '2026-03-02T08:00:00.000Z',
  uptimeMs: 3_600_000,
  ready: true,
  reasons: [],
  notices: [],
  processes: [],
  stores: [],
  intake: { connected: false, spoolBytesLimit: 1 },
  plans: [],
  history: {
    stepMs: 10_000,
    until: '2026-03-02T09:00:00.000Z',
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

/** Answers whatever is asked, and writes down the question. */
export const healthStandIn: ApiServices['health'] = {
  health: () => record(healthAnswer, 'health'),
  stop: () => {},
};

/** One call of each route. */
export const healthCalls: readonly RouteCall[] = [{ route: routes.getHealth, path: '/api/health', asks: ['health'] }];
