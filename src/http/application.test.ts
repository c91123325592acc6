import { afterEach, describe, expect, test } from 'vitest';
import type { ApplyRequest } from '#contract/plans.ts';
import { routes as declared } from '#contract/routes.ts';
import { type ErrorCode, errorCodes, WatchbillError } from '#kernel/error-codes.ts';
import { limits } from '#kernel/limits.ts';
import { createApplication } from './application.ts';
import { createAuthenticate } from './authenticate.ts';
import { createMetricsServices } from './metrics/metrics-services.ts';
import type { ApiServices } from './services.ts';
import { verbs } from './verbs.ts';

const TOKEN = 'wb_admin_the-right-one';
const PLANTED = 'planted-secret-5f1c';

const reading = {
  signal: 'errors',
  group: ['north'],
  state: 'on target',
  value: 0.01,
  shown: '1%',
  unit: '%',
  sampleSize: 200,
  ageMs: 12,
};
const statusAnswer = {
  version: '1.2.3',
  at: '2026-03-02T09:00:00.000Z',
  ready: true,
  reasons: [],
  intake: { connected: true, ready: true, reasons: [], spoolBytes: 0, segmentsWaiting: 0, accepted: 7, rejected: {} },
  plans: [
    {
      plan: 'shop',
      title: 'Shop',
      version: 1,
      signals: [reading],
      alerts: [],
      notifications: {},
      notices: [],
      coreLagMs: 0,
    },
  ],
};
const overviewAnswer = {
  plan: 'shop',
  title: 'Shop',
  timezone: 'UTC',
  version: 1,
  at: '2026-03-02T09:00:00.000Z',
  launch: { state: 'awaited' as const },
  phases: [],
  services: [],
  objectives: [],
  signals: [],
  rules: [],
  people: [],
  roles: [],
  channels: [],
  severities: [],
};
const alertAnswer = {
  alert: 'A-1',
  rule: 'errors',
  group: [],
  severity: 'urgent',
  state: 'firing' as const,
  openedAt: '2026-03-02T09:00:00.000Z',
  version: 1,
  silences: [],
  flapping: false,
  told: true,
  planVersion: 1,
};
const silenceAnswer = {
  silence: 'S-1',
  from: '2026-03-02T09:00:00.000Z',
  until: '2026-03-02T10:00:00.000Z',
  reason: 'moving',
  by: 'mia',
  version: 1,
};
const testAnswer = { accepted: true, reason: 'provider-accepted', recipient: 'mia' };
const seriesAnswer = {
  from: '2026-03-02T08:00:00.000Z',
  to: '2026-03-02T09:00:00.000Z',
  stepMs: 20_000,
  at: '2026-03-02T09:00:00.000Z',
  phases: [],
  series: [],
};
const uptimeAnswer = {
  from: '2026-03-02T08:00:00.000Z',
  to: '2026-03-02T09:00:00.000Z',
  ...{ upMs: 0, downMs: 0, unknownMs: 3_600_000, parts: [] },
};
const probeHistory = {
  probe: {
    ...{ name: 'api', text: 'GET https://shop.example', kind: 'http' as const, state: 'waiting' as const },
    ...{ staleMs: 70_000, latest: [], day: uptimeAnswer, month: uptimeAnswer, durations: [] },
  },
  ...{ timeoutMs: 10_000, expect: [], rules: [], parts: {}, uptime: uptimeAnswer, segments: [] },
  ...{ stepMs: 60_000, buckets: [], failures: [], moreFailures: false },
};
const healthAnswer = {
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
const logAnswer = {
  syntax: 'lucene' as const,
  events: ['log'],
  from: '2026-03-02T08:00:00.000Z',
  to: '2026-03-02T09:00:00.000Z',
};
const unchanged = { plan: 'shop', version: 1, applied: false, changed: false, diagnostics: [], effects: [] };

/** What was asked of the services, and how the next question is answered. */
const asked: unknown[][] = [];
let broken: Error | undefined;
afterEach(() => {
  asked.length = 0;
  broken = undefined;
  logged.length = 0;
});

function record<Answer>(answer: Answer, ...question: unknown[]): Promise<Answer> {
  asked.push(question);
  return broken === undefined ? Promise.resolve(answer) : Promise.reject(broken);
}

const services: ApiServices = {
  status: {
    readiness: () => record({ ready: false, reasons: ['PostgreSQL does not answer.'] }, 'readiness'),
    status: (_wanted, plan) => record(statusAnswer, 'status', plan),
  },
  plans: {
    apply: (request, author) => record(unchanged, 'apply', request, author),
    launch: (plan, expectedVersion, by) =>
      record({ launchedAt: '2026-03-02T09:00:00.000Z' }, 'launch', plan, expectedVersion, by),
    versions: (plan) => record({ current: 1, versions: [] }, 'versions', plan),
    version: (plan, version) =>
      record({ version: 1, appliedAt: '2026-03-02T09:00:00.000Z', by: 'mia', files: [] }, 'version', plan, version),
    applyVersion: (plan, request, author) => record(unchanged, 'applyVersion', plan, request, author),
  },
  rehearsals: {
    scenarios: (plan) => record({ version: 1, scenarios: [] }, 'scenarios', plan),
    run: (plan, request) => record(new Blob(['{}']).stream(), 'rehearse', plan, request),
    stop: () => Promise.resolve(),
  },
  journal: {
    explain: (plan, subject) =>
      record({ subject, found: true, lines: ['A-1'], explanation: {} }, 'explain', plan, subject),
    facts: (plan, query) => record([], 'facts', plan, query),
    inbox: (plan, query) => record([], 'inbox', plan, query),
  },
  alerts: {
    list: (plan, query) => record({ alerts: [alertAnswer] }, 'listAlerts', plan, query),
    get: (plan, alert) =>
      record(
        { alert: alertAnswer, evidence: [], timeline: [], notifications: [], explanation: [] },
        'getAlert',
        plan,
        alert,
      ),
    acknowledge: (plan, command) => record(alertAnswer, 'acknowledge', plan, command),
  },
  silences: {
    list: (plan, query) => record({ silences: [silenceAnswer] }, 'listSilences', plan, query),
    begin: (plan, request, author) => record(silenceAnswer, 'silence', plan, request, author),
    end: (plan, command) => record(silenceAnswer, 'endSilence', plan, command),
  },
  deliveries: {
    list: (plan, query) => record({ deliveries: [] }, 'listDeliveries', plan, query),
  },
  keys: {
    create: (plan, request) => record({ key: 'wb_ingest_new', id: 'new', plan }, 'createKey', plan, request),
    list: (plan) => record([], 'listKeys', plan),
    revoke: (plan, id) => record(undefined, 'revokeKey', plan, id),
  },
  users: {
    forget: (plan, user) =>
      record(
        { events: 0, mentions: 0, readings: 0, facts: 0, segmentsWaiting: 0, done: true },
        'forgetUser',
        plan,
        user,
      ),
  },
  channels: {
    list: (plan) => record([], 'listChannels', plan),
    test: (plan, channel, recipient, actor) => record(testAnswer, 'testChannel', plan, channel, recipient, actor.name),
    testToSelf: (plan, channel, actor) => record(testAnswer, 'testOwnChannel', plan, channel, actor.name),
    personsOf: () => [],
  },
  overview: {
    plans: () => record([], 'listPlans'),
    overview: (plan) => record(overviewAnswer, 'overview', plan),
  },
  acknowledgeLinks: {
    read: () => ({ state: 'forged' }),
    find: () => record(undefined, 'findLink'),
    acknowledge: () => record(undefined, 'acknowledgeLink'),
  },
  health: {
    health: () => record(healthAnswer, 'health'),
    stop: () => {},
  },
  metrics: {
    ...createMetricsServices({
      core: { plans: () => [] },
      clock: { now: () => 0 },
      askTelemetry: () => Promise.reject(new Error('nothing is asked')),
      health: { health: async () => healthAnswer },
      status: { status: async () => statusAnswer },
    }),
    names: (plan, query) => record({ metrics: [], more: false }, 'metrics', plan, query),
  },
  probes: {
    probes: (plan) => record({ probes: [] }, 'probes', plan),
    probe: (plan, probe, range) => record(probeHistory, 'probe', plan, probe, range),
  },
  heartbeats: {
    heartbeats: (plan) => record({ heartbeats: [] }, 'heartbeats', plan),
  },
  scrapes: {
    scrapes: (plan) => record({ scrapes: [] }, 'scrapes', plan),
  },
  data: {
    events: (plan, query) => record({ events: [], segmentsWaiting: 0 }, 'events', plan, query),
    fields: (plan) => record({ events: [], unused: [], awaited: [] }, 'fields', plan),
    rejections: (plan) =>
      record(
        {
          known: false,
          intakeUrl: '',
          accepted: 0,
          samples: { accepted: 0, series: 0, mostSeries: 50_000 },
          rejections: [],
          floods: [],
          wrongClocks: [],
          scrubbed: [],
        },
        'rejections',
        plan,
      ),
    rates: (plan) => record({ from: '2026-03-02T08:00:00.000Z', stepMs: 10_000, events: [] }, 'rates', plan),
  },
  webhooks: {
    webhooks: (plan) => record({ webhooks: [] }, 'webhooks', plan),
  },
  errors: {
    list: (plan, query) =>
      record(
        {
          ...{
            from: '2026-03-02T08:00:00.000Z',
            to: '2026-03-02T09:00:00.000Z',
            groups: [],
            groupsThere: 0,
            errors: 0,
          },
          ...{ services: [], environments: [], releases: [], levels: [], segmentsWaiting: 0 },
        },
        'errors',
        plan,
        query,
      ),
    detail: (plan, error, range) =>
      record(
        {
          from: '2026-03-02T08:00:00.000Z',
          to: '2026-03-02T09:00:00.000Z',
          group: {
            ...{ error, message: 'x', count: 1, users: 1, isNew: false, releases: [], environments: [] },
            ...{ firstSeen: '2026-03-02T08:00:00.000Z', lastSeen: '2026-03-02T08:00:00.000Z', inNextRelease: false },
            trend: { start: '2026-03-02T08:00:00.000Z', stepMs: 60_000, counts: [1] },
            state: 'open',
            version: 1,
          },
          ...{ latest: [], values: [], releases: [] },
        },
        'error',
        plan,
        error,
        range,
      ),
    change: (plan, command) =>
      record(
        {
          ...{ error: command.error, state: command.state, inNextRelease: command.inNextRelease },
          ...{ changedAt: '2026-03-02T09:00:00.000Z', changedBy: command.by, version: 2 },
        },
        'changeError',
        plan,
        command,
      ),
  },
  deployments: {
    deployments: (plan, range) =>
      record(
        { from: '2026-03-02T08:00:00.000Z', to: '2026-03-02T09:00:00.000Z', deployments: [], more: false },
        'deployments',
        plan,
        range,
      ),
  },
  logs: {
    list: (plan, question) =>
      record(
        { ...logAnswer, lines: [], searchedTo: logAnswer.from, complete: true, segmentsWaiting: 0 },
        'logs',
        plan,
        question,
      ),
    summarise: (plan, question) =>
      record(
        { ...logAnswer, start: logAnswer.from, stepMs: 1_000, levels: [], total: 0, facets: [], sampledOneIn: 1 },
        'logSummary',
        plan,
        question,
      ),
    context: (plan, question) => record({ lines: [], sameAs: [] }, 'logContext', plan, question),
    follow: (plan, question) => record(new Blob(['{}']).stream(), 'tail', plan, question),
    stop: () => {},
  },
  searches: { list: (plan) => record({ searches: [] }, 'searches', plan) },
  traces: { trace: (plan, trace, at) => record({ trace, events: [], cut: false }, 'trace', plan, trace, at) },
  signals: {
    series: (plan, query) => record(seriesAnswer, 'series', plan, query),
  },
  live: {
    follow: (plan, { resumeAfter }) =>
      record(
        new ReadableStream({
          start(controller) {
            controller.enqueue(new TextEncoder().encode('{}'));
            controller.close();
          },
        }),
        'follow',
        plan,
        resumeAfter,
      ),
    followers: () => 0,
    stop: () => {},
  },
  ...accessServices(),
};

/** Those of sign-in and access, which have tests of their own: nothing here asks them. */
function accessServices() {
  const unasked = new Proxy({}, { get: (_, name) => () => record({}, name) }) as never;
  return { signIn: unasked, members: unasked, tokens: unasked, audit: unasked };
}
const logged: unknown[] = [];
let counter = 0;
function nextBytes(length: number): Uint8Array {
  counter += 1;
  return new Uint8Array(length).fill(counter);
}
const application = createApplication({
  services,
  authenticate: createAuthenticate({
    adminToken: TOKEN,
    sessions: { find: async () => undefined },
    tokens: async () => undefined,
  }),
  hosts: ['localhost', '127.0.0.1', '[::1]'],
  random: { bytes: nextBytes, fraction: () => 0 },
  clock: { now: () => 0, monotonicMs: () => 0, schedule: () => () => {}, after: () => () => {} },
  audit: { append: async () => {} },
  version: '1.2.3',
  log: (...line) => logged.push(line),
});

interface Sent {
  readonly method?: string;
  readonly host?: string;
  readonly authorization?: string | undefined;
  readonly body?: string;
  readonly type?: string;
}

async function send(path: string, sent: Sent = {}) {
  const headers = new Headers({ host: sent.host ?? 'localhost:4700' });
  const authorization = 'authorization' in sent ? sent.authorization : `Bearer ${TOKEN}`;
  if (authorization !== undefined) headers.set('authorization', authorization);
  if (sent.body !== undefined) headers.set('content-type', sent.type ?? 'application/json');
  const response = await application.request(path, {
    method: sent.method ?? 'GET',
    headers,
    ...(sent.body === undefined ? {} : { body: sent.body }),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, body: JSON.parse(text) as Failed };
}

interface Failed {
  readonly error?: {
    readonly code: ErrorCode;
    readonly message: string;
    readonly hint: string;
    readonly where?: string;
    readonly requestId: string;
  };
}

const files = [{ path: 'plan.yaml', text: 'plan: shop' }];

/** Routes that read and change plans: how each is called, and what it must ask of the services. */
const routes: readonly {
  readonly path: string;
  readonly template: string;
  readonly sent: Sent;
  readonly asks: unknown[];
}[] = [
  { path: '/api/status?plan=shop', template: '/api/status', sent: {}, asks: ['status', 'shop'] },
  {
    path: '/api/plans',
    template: '/api/plans',
    sent: { method: 'POST', body: JSON.stringify({ files, preview: true, expectedVersion: 3 } satisfies ApplyRequest) },
    asks: ['apply', { files, preview: true, expectedVersion: 3 }, { by: 'admin token', maySetSecrets: true }],
  },
  {
    path: '/api/plans/shop/launch',
    template: '/api/plans/{plan}/launch',
    sent: { method: 'POST', body: '{"expectedVersion":2}' },
    asks: ['launch', 'shop', 2, 'admin token'],
  },
  {
    path: '/api/plans/shop/versions',
    template: '/api/plans/{plan}/versions',
    sent: {},
    asks: ['versions', 'shop'],
  },
  {
    path: '/api/plans/shop/versions/current',
    template: '/api/plans/{plan}/versions/{version}',
    sent: {},
    asks: ['version', 'shop', 'current'],
  },
  {
    path: '/api/plans/shop/versions',
    template: '/api/plans/{plan}/versions',
    sent: { method: 'POST', body: JSON.stringify({ files, expectedVersion: 3 }) },
    asks: [
      'applyVersion',
      'shop',
      { files, expectedVersion: 3, preview: false },
      { by: 'admin token', maySetSecrets: true },
    ],
  },
  {
    path: '/api/plans/shop/scenarios',
    template: '/api/plans/{plan}/scenarios',
    sent: {},
    asks: ['scenarios', 'shop'],
  },
  {
    path: '/api/plans/shop/rehearsals',
    template: '/api/plans/{plan}/rehearsals',
    sent: { method: 'POST', body: JSON.stringify({ scenario: files[0] }) },
    asks: ['rehearse', 'shop', { scenario: files[0] }],
  },
  {
    path: '/api/plans/shop/explain/A-1',
    template: '/api/plans/{plan}/explain/{subject}',
    sent: {},
    asks: ['explain', 'shop', 'A-1'],
  },
  {
    path: '/api/plans/shop/facts?after=5&limit=10&subject=A-1',
    template: '/api/plans/{plan}/facts',
    sent: {},
    asks: ['facts', 'shop', { after: 5, limit: 10, subject: 'A-1' }],
  },
  {
    path: '/api/plans/shop/inbox?person=mia',
    template: '/api/plans/{plan}/inbox',
    sent: {},
    asks: ['inbox', 'shop', { limit: 100, person: 'mia' }],
  },
  {
    path: '/api/plans/shop/alerts?state=open&rule=errors&before=9',
    template: '/api/plans/{plan}/alerts',
    sent: {},
    asks: ['listAlerts', 'shop', { state: 'open', rule: 'errors', before: 9, limit: 50 }],
  },
  {
    path: '/api/plans/shop/alerts/A-1',
    template: '/api/plans/{plan}/alerts/{alert}',
    sent: {},
    asks: ['getAlert', 'shop', 'A-1'],
  },
  {
    path: '/api/plans/shop/alerts/A-1/acknowledge',
    template: '/api/plans/{plan}/alerts/{alert}/acknowledge',
    sent: { method: 'POST', body: '{"expectedVersion":1}' },
    asks: ['acknowledge', 'shop', { alert: 'A-1', by: 'admin token', via: 'api', expectedVersion: 1 }],
  },
  {
    path: '/api/plans/shop/silences?state=lasting',
    template: '/api/plans/{plan}/silences',
    sent: {},
    asks: ['listSilences', 'shop', { state: 'lasting', limit: 50 }],
  },
  {
    path: '/api/plans/shop/silences',
    template: '/api/plans/{plan}/silences',
    sent: { method: 'POST', body: '{"rule":"errors","forMs":3600000,"reason":" moving "}' },
    asks: [
      'silence',
      'shop',
      { rule: 'errors', forMs: 3_600_000, reason: 'moving' },
      { by: 'admin token', via: 'api' },
    ],
  },
  {
    path: '/api/plans/shop/silences/S-1/end',
    template: '/api/plans/{plan}/silences/{silence}/end',
    sent: { method: 'POST', body: '{"expectedVersion":1}' },
    asks: ['endSilence', 'shop', { silence: 'S-1', by: 'admin token', via: 'api', expectedVersion: 1 }],
  },
  {
    path: '/api/plans/shop/deliveries?state=failed&recipient=mia',
    template: '/api/plans/{plan}/deliveries',
    sent: {},
    asks: ['listDeliveries', 'shop', { state: 'failed', recipient: 'mia', limit: 50 }],
  },
  {
    path: '/api/plans/shop/keys',
    template: '/api/plans/{plan}/keys',
    sent: { method: 'POST', body: '{"name":"web","expiresInMs":1000}' },
    asks: ['createKey', 'shop', { name: 'web', expiresInMs: 1_000 }],
  },
  { path: '/api/plans/shop/keys', template: '/api/plans/{plan}/keys', sent: {}, asks: ['listKeys', 'shop'] },
  {
    path: '/api/plans/shop/keys/k1',
    template: '/api/plans/{plan}/keys/{id}',
    sent: { method: 'DELETE' },
    asks: ['revokeKey', 'shop', 'k1'],
  },
  {
    path: '/api/plans/shop/users/forget',
    template: '/api/plans/{plan}/users/forget',
    sent: { method: 'POST', body: '{"user":"u-1"}' },
    asks: ['forgetUser', 'shop', 'u-1'],
  },
  { path: '/api/plans', template: '/api/plans', sent: {}, asks: ['listPlans'] },
  {
    path: '/api/plans/shop/overview',
    template: '/api/plans/{plan}/overview',
    sent: {},
    asks: ['overview', 'shop'],
  },
  {
    path: '/api/plans/shop/signals/series?signals=errors,orders&from=2026-03-02T08:00:00Z',
    template: '/api/plans/{plan}/signals/series',
    sent: {},
    asks: ['series', 'shop', { signals: 'errors,orders', groups: 1, from: '2026-03-02T08:00:00Z' }],
  },
  {
    path: '/api/plans/shop/signals/p95%20by%20route/series?stepMs=60000',
    template: '/api/plans/{plan}/signals/{signal}/series',
    sent: {},
    asks: ['series', 'shop', { groups: 50, stepMs: 60_000, signals: 'p95 by route' }],
  },
  {
    path: '/api/plans/shop/data/events?name=order&limit=5',
    template: '/api/plans/{plan}/data/events',
    sent: {},
    asks: ['events', 'shop', { name: 'order', limit: 5 }],
  },
  {
    path: '/api/plans/shop/data/fields',
    template: '/api/plans/{plan}/data/fields',
    sent: {},
    asks: ['fields', 'shop'],
  },
  {
    path: '/api/plans/shop/data/rejections',
    template: '/api/plans/{plan}/data/rejections',
    sent: {},
    asks: ['rejections', 'shop'],
  },
  { path: '/api/plans/shop/data/rates', template: '/api/plans/{plan}/data/rates', sent: {}, asks: ['rates', 'shop'] },
  {
    path: '/api/plans/shop/logs?query=status%3A500&level=error&limit=5',
    template: '/api/plans/{plan}/logs',
    sent: {},
    asks: ['logs', 'shop', { query: 'status:500', level: 'error', limit: 5 }],
  },
  {
    path: '/api/plans/shop/logs/summary?syntax=plan',
    template: '/api/plans/{plan}/logs/summary',
    sent: {},
    asks: ['logSummary', 'shop', { syntax: 'plan', fields: 'level,service' }],
  },
  {
    path: '/api/plans/shop/logs/context?line=l-1&at=2026-03-02T09:00:00Z',
    template: '/api/plans/{plan}/logs/context',
    sent: {},
    asks: ['logContext', 'shop', { line: 'l-1', at: '2026-03-02T09:00:00Z', lines: 10 }],
  },
  {
    path: '/api/plans/shop/logs/tail?search=failed',
    template: '/api/plans/{plan}/logs/tail',
    sent: {},
    asks: ['tail', 'shop', { search: 'failed' }],
  },
  { path: '/api/plans/shop/searches', template: '/api/plans/{plan}/searches', sent: {}, asks: ['searches', 'shop'] },
  {
    path: '/api/plans/shop/traces/abc',
    template: '/api/plans/{plan}/traces/{trace}',
    sent: {},
    asks: ['trace', 'shop', 'abc', undefined],
  },
  {
    path: '/api/plans/shop/errors?state=open&service=web&sort=count',
    template: '/api/plans/{plan}/errors',
    sent: {},
    asks: ['errors', 'shop', { state: 'open', service: 'web', sort: 'count', limit: 50 }],
  },
  {
    path: '/api/plans/shop/errors/4f2c9a1b00c9a1ff?from=2026-03-02T08:00:00Z',
    template: '/api/plans/{plan}/errors/{error}',
    sent: {},
    asks: ['error', 'shop', '4f2c9a1b00c9a1ff', { from: '2026-03-02T08:00:00Z' }],
  },
  {
    path: '/api/plans/shop/errors/4f2c9a1b00c9a1ff/state',
    template: '/api/plans/{plan}/errors/{error}/state',
    sent: { method: 'POST', body: '{"state":"resolved","inNextRelease":true,"expectedVersion":1}' },
    asks: [
      'changeError',
      'shop',
      { error: '4f2c9a1b00c9a1ff', state: 'resolved', inNextRelease: true, by: 'admin token', expectedVersion: 1 },
    ],
  },
  {
    path: '/api/plans/shop/deployments?from=2026-03-02T08:00:00Z',
    template: '/api/plans/{plan}/deployments',
    sent: {},
    asks: ['deployments', 'shop', { from: '2026-03-02T08:00:00Z' }],
  },
  { path: '/api/plans/shop/scrapes', template: '/api/plans/{plan}/scrapes', sent: {}, asks: ['scrapes', 'shop'] },
  {
    path: '/api/plans/shop/metrics?name=http',
    template: '/api/plans/{plan}/metrics',
    sent: {},
    asks: ['metrics', 'shop', { name: 'http', limit: 100 }],
  },
  { path: '/api/plans/shop/webhooks', template: '/api/plans/{plan}/webhooks', sent: {}, asks: ['webhooks', 'shop'] },
  { path: '/api/plans/shop/probes', template: '/api/plans/{plan}/probes', sent: {}, asks: ['probes', 'shop'] },
  {
    path: '/api/plans/shop/probes/api?from=2026-03-02T08:00:00Z',
    template: '/api/plans/{plan}/probes/{probe}',
    sent: {},
    asks: ['probe', 'shop', 'api', { from: '2026-03-02T08:00:00Z' }],
  },
  {
    path: '/api/plans/shop/heartbeats',
    template: '/api/plans/{plan}/heartbeats',
    sent: {},
    asks: ['heartbeats', 'shop'],
  },
  { path: '/api/health', template: '/api/health', sent: {}, asks: ['health'] },
  { path: '/api/plans/shop/live', template: '/api/plans/{plan}/live', sent: {}, asks: ['follow', 'shop', undefined] },
];

describe.each(routes)('$sent.method $path', ({ path, sent, asks }) => {
  test('with the token it is answered', async () => {
    const answer = await send(path, sent);
    expect(answer.status).toBe(200);
    expect(asked).toEqual([asks]);
    expect(answer.headers.get('x-request-id')).toMatch(/^[\w-]{12}$/);
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
  });

  test.each([
    ['credential-missing', undefined],
    ['credential-invalid', 'Bearer wb_admin_the-wrong-one'],
    ['credential-invalid', `Basic ${TOKEN}`],
    ['credential-invalid', `Bearer ${TOKEN}x`],
    ['credential-invalid', 'Bearer '],
  ] as const)('%s: %s', async (code, authorization) => {
    const answer = await send(path, { ...sent, authorization });
    expect(answer.status).toBe(401);
    expect(answer.body.error?.code).toBe(code);
    // The keys that `watchbill key create` makes have no right here.
    expect(answer.body.error).toMatchObject({ hint: expect.stringMatching(/token .*API/) });
    expect(asked).toEqual([]);
    expect(answer.text).not.toContain(TOKEN);
  });

  test('under a foreign name it is refused, whoever asks', async () => {
    const answer = await send(path, { ...sent, host: 'evil.example' });
    expect(answer.status).toBe(421);
    expect(answer.body.error).toMatchObject({ code: 'wrong-host', where: 'Host' });
    expect(asked).toEqual([]);
  });

  test('a bug is answered with a request id and nothing else', async () => {
    broken = new Error(`connection to postgres://admin:${PLANTED}@db failed`);
    const answer = await send(path, sent);
    expect(answer.status).toBe(500);
    expect(answer.body.error).toMatchObject({ code: 'internal-error', hint: errorCodes['internal-error'].hint });
    expect(answer.text).not.toContain(PLANTED);
    expect(answer.body.error?.requestId).toBe(answer.headers.get('x-request-id'));
    expect(JSON.stringify(logged)).toContain(String(answer.body.error?.requestId));
  });

  test('what a service refuses is answered with its code, and with Retry-After where waiting helps', async () => {
    broken = new WatchbillError('not-ready', 'The plan is not running yet.', 'shop');
    const answer = await send(path, sent);
    expect(answer.status).toBe(503);
    expect(answer.headers.get('retry-after')).toBe('1');
    expect(answer.body.error).toMatchObject({ code: 'not-ready', message: broken.message, where: 'shop' });
    expect(logged).toEqual([]);
  });
});

test('health and readiness need no token', async () => {
  expect(await send('/healthz', { authorization: undefined })).toMatchObject({ status: 200, body: { status: 'ok' } });
  const ready = await send('/readyz', { authorization: undefined });
  expect(ready).toMatchObject({ status: 503, body: { ready: false, reasons: ['PostgreSQL does not answer.'] } });
  expect(ready.headers.get('retry-after')).toBe('1');
  expect((await send('/healthz', { host: 'evil.example' })).status).toBe(421);
});

test.each([
  ['localhost', 200],
  ['LOCALHOST:4700', 200],
  ['[::1]:4700', 200],
  ['127.0.0.1', 200],
  ['', 421],
  ['localhost.evil.example', 421],
  ['localhost:4700@evil.example', 421],
])('the name "%s" is answered with %i', async (host, status) => {
  expect((await send('/healthz', { host })).status).toBe(status);
});

test.each([
  ['GET', '/api/nothing'],
  ['GET', '/'],
  ['DELETE', '/api/status'],
  ['GET', '/api/plans/shop/facts/1'],
])('%s %s: there is nothing', async (method, path) => {
  const answer = await send(path, { method });
  expect(answer.status).toBe(404);
  expect(answer.headers.get('content-type')).toMatch('application/json');
  expect(answer.body.error?.code).toBe('not-found');
});

test('metrics need the token, and count requests by their route as it is declared', async () => {
  expect((await send('/metrics', { authorization: undefined })).body.error?.code).toBe('credential-missing');
  await send('/api/plans/shop/versions');
  const headers = { host: 'localhost', authorization: `Bearer ${TOKEN}` };
  const response = await application.request('/metrics', { headers });
  expect(response.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
  const text = await response.text();
  expect(text).toMatch(
    /^watchbill_http_requests_total\{route="GET \/api\/plans\/:plan\/versions",status="200"\} \d+$/m,
  );
  expect(text).toContain('watchbill_http_requests_total{route="GET /metrics",status="401"} 1');
});

test('without the token nobody learns which routes there are', async () => {
  expect((await send('/api/nothing', { authorization: undefined })).status).toBe(401);
});

test.each([
  ['{', 'malformed-body', undefined],
  ['', 'malformed-body', undefined],
  ['{}', 'invalid-request', 'files'],
  ['{"files":[]}', 'invalid-request', 'files'],
  [`{"files":[{"path":"a","text":7}]}`, 'invalid-request', 'files.0.text'],
  [`{"files":[{"path":"a","text":""}],"expectedVersion":-1}`, 'invalid-request', 'expectedVersion'],
  [`{"files":[{"path":"a","text":""}],"preveiw":true}`, 'invalid-request', undefined],
  ['[]', 'invalid-request', undefined],
] as const)('the body %s is refused with its code and field', async (body, code, where) => {
  const answer = await send('/api/plans', { method: 'POST', body });
  expect(answer.status).toBe(400);
  expect(answer.body.error?.code).toBe(code);
  if (where !== undefined) expect(answer.body.error?.where).toBe(where);
  expect(asked).toEqual([]);
});

test('a body that is not JSON at all is refused by its type', async () => {
  const answer = await send('/api/plans', { method: 'POST', body: 'plan: shop', type: 'application/yaml' });
  expect(answer.status).toBe(415);
  expect(answer.body.error?.code).toBe('unsupported-type');
  expect(asked).toEqual([]);
});

test.each([
  [{ name: 'tea\r\nshop' }, 'name'],
  [{ name: '\u0000' }, 'name'],
  [{ name: ' ' }, 'name'],
  [{ name: 'tea', expiresInMs: Number.MAX_SAFE_INTEGER }, 'expiresInMs'],
])('a key is not made of %j', async (body, where) => {
  const answer = await send('/api/plans/shop/keys', { method: 'POST', body: JSON.stringify(body) });
  expect(answer.status).toBe(400);
  expect(answer.body.error).toMatchObject({ code: 'invalid-request', where });
  expect(asked).toEqual([]);
});

test.each([
  ['after=-1', 'after'],
  ['limit=0', 'limit'],
  ['limit=100000', 'limit'],
  ['limit=many', 'limit'],
])('the query %s is refused', async (query, where) => {
  const answer = await send(`/api/plans/shop/facts?${query}`);
  expect(answer.status).toBe(400);
  expect(answer.body.error).toMatchObject({ code: 'invalid-request', where });
});

test('a body above the limit is refused', async () => {
  const body = JSON.stringify({ files: [{ path: 'a', text: 'x'.repeat(limits.commandBodyBytes) }] });
  const answer = await send('/api/plans', { method: 'POST', body });
  expect(answer.status).toBe(413);
  expect(answer.body.error?.code).toBe('body-too-large');
  expect(asked).toEqual([]);
});

test.each([
  ['/api/sign-in', undefined],
  ['/a/x.y', undefined],
  ['/api/plans', 'Bearer wb_api_none'],
])('of whoever shows no good credential %s takes no long body', async (path, authorization) => {
  let taken = 0;
  const part = new TextEncoder().encode(' '.repeat(16_384));
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      taken += part.length;
      if (taken > limits.commandBodyBytes) controller.close();
      else controller.enqueue(part);
    },
  });
  const headers = new Headers({
    host: 'localhost',
    'content-type': 'application/json',
    'transfer-encoding': 'chunked',
  });
  if (authorization !== undefined) headers.set('authorization', authorization);
  const init = { method: 'POST', headers, body, duplex: 'half' } as const;
  const response = await application.request(new Request(`http://localhost${path}`, init));
  expect([401, 413]).toContain(response.status);
  expect(taken).toBeLessThanOrEqual(2 * limits.strangerBodyBytes);
});

test('asking for the headers of a stream begins none', async () => {
  const answer = await application.request('/api/plans/shop/live', {
    method: 'HEAD',
    headers: { host: 'localhost', authorization: `Bearer ${TOKEN}` },
  });
  expect(answer.status).toBe(200);
  expect(answer.headers.get('content-type')).toBe('text/event-stream');
  expect(asked).toEqual([]);
});

test('every declared route has one verb', () => {
  expect(verbs.map(({ route }) => route)).toEqual(expect.arrayContaining(Object.values(declared)));
  expect(verbs).toHaveLength(Object.values(declared).length);
});

test('every request has an id of its own', async () => {
  const ids = await Promise.all([1, 2, 3].map(async () => (await send('/healthz')).headers.get('x-request-id')));
  expect(new Set(ids).size).toBe(3);
});

interface Description {
  readonly openapi: string;
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, unknown>>; readonly securitySchemes?: object };
  readonly security?: unknown;
}
interface Operation {
  readonly summary?: string;
  readonly security?: unknown;
  readonly 'x-scope'?: string;
  readonly responses: Readonly<Record<string, unknown>>;
}

describe('the OpenAPI description', async () => {
  const answer = await send('/api/openapi.json');
  const description = answer.body as unknown as Description;

  test('has every route, each with a summary and its failures', () => {
    const described = Object.entries(description.paths).flatMap(([path, operations]) =>
      Object.keys(operations).map((method) => `${method.toUpperCase()} ${path}`),
    );
    const expected = [
      'GET /healthz',
      'GET /readyz',
      ...Object.values(declared).map(({ method, path }) => `${method.toUpperCase()} /api${path}`),
    ];
    expect(described.sort()).toEqual(expected.sort());
    for (const [path, operations] of Object.entries(description.paths)) {
      for (const operation of Object.values(operations)) {
        expect(operation.summary).toMatch(/\.$/);
        expect(operation.responses).toHaveProperty('200');
        if (path.startsWith('/api/')) expect(operation.responses).toHaveProperty('default');
      }
    }
  });

  test('says that the API needs the token and that health does not', () => {
    expect(description.components.securitySchemes).toMatchObject({ token: { type: 'http', scheme: 'bearer' } });
    for (const [path, operations] of Object.entries(description.paths)) {
      for (const operation of Object.values(operations)) {
        const open = !path.startsWith('/api/') || operation['x-scope'] === 'public';
        expect(operation.security).toEqual(open ? undefined : [{ token: [] }, { session: [] }]);
      }
    }
  });

  test('refers only to schemas that it has', () => {
    const references = [...answer.text.matchAll(/"\$ref":"#\/components\/schemas\/(\w+)"/g)].map(([, name]) => name);
    expect(references.length).toBeGreaterThan(5);
    for (const name of references) expect(description.components.schemas).toHaveProperty(String(name));
    for (const name of ['Status', 'Reading', 'Alert', 'ApplyAnswer', 'Fact', 'InboxMessage', 'Key', 'Failure']) {
      expect(description.components.schemas).toHaveProperty(name);
    }
    expect(description.openapi).toBe('3.1.0');
  });

  test('comes compressed to who can read that, as every answer to a reading does', async () => {
    const headers = { host: 'localhost:4700', authorization: `Bearer ${TOKEN}`, 'accept-encoding': 'gzip, br' };
    const response = await application.request('/api/openapi.json', { headers });
    expect(response.headers.get('content-encoding')).toBe('gzip');
    const body = response.body ?? new ReadableStream();
    const text = await new Response(body.pipeThrough(new DecompressionStream('gzip'))).text();
    expect(JSON.parse(text)).toEqual(answer.body);
  });

  test('needs the token', async () => {
    expect((await send('/api/openapi.json', { authorization: undefined })).status).toBe(401);
  });
});
