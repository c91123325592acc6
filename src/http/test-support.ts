import type { ErrorCode } from '#kernel/error-codes.ts';
import { acknowledgeLinksStandIn } from './acknowledge-link/testing.ts';
import { alertsCalls, alertsStandIn } from './alerts/testing.ts';
import { createApplication } from './application.ts';
import { assessmentsCalls, assessmentsStandIn } from './assessments/testing.ts';
import { createAuthenticate } from './authenticate.ts';
import { channelsCalls, channelsStandIn } from './channels/testing.ts';
import { comparisonsCalls, comparisonsStandIn } from './comparisons/testing.ts';
import { dataCalls, dataStandIn } from './data/testing.ts';
import { deliveriesCalls, deliveriesStandIn } from './deliveries/testing.ts';
import { deploymentsCalls, deploymentsStandIn } from './deployments/testing.ts';
import { errorsCalls, errorsStandIn } from './errors/testing.ts';
import { healthCalls, healthStandIn } from './health/testing.ts';
import { heartbeatsCalls, heartbeatsStandIn } from './heartbeats/testing.ts';
import { journalCalls, journalStandIn } from './journal/testing.ts';
import { keysCalls, keysStandIn } from './keys/testing.ts';
import { liveCalls, liveStandIn } from './live/testing.ts';
import { logsCalls, logsStandIn } from './logs/testing.ts';
import { metricsCalls, metricsStandIn } from './metrics/testing.ts';
import { overviewCalls, overviewStandIn } from './overview/testing.ts';
import { planServicesCalls, planServicesStandIn } from './plan-services/testing.ts';
import { plansCalls, plansStandIn } from './plans/testing.ts';
import { probesCalls, probesStandIn } from './probes/testing.ts';
import { rehearsalsCalls, rehearsalsStandIn } from './rehearsals/testing.ts';
import { reviewsCalls, reviewsStandIn } from './reviews/testing.ts';
import { scrapesCalls, scrapesStandIn } from './scrapes/testing.ts';
import { searchesCalls, searchesStandIn } from './searches/testing.ts';
import type { ApiServices } from './services.ts';
import { signalsCalls, signalsStandIn } from './signals/testing.ts';
import { silencesCalls, silencesStandIn } from './silences/testing.ts';
import { statusCalls, statusStandIn } from './status/testing.ts';
import { type RouteCall, record } from './testing.ts';
import { tracesCalls, tracesStandIn } from './traces/testing.ts';
import { usersCalls, usersStandIn } from './users/testing.ts';
import { webhooksCalls, webhooksStandIn } from './webhooks/testing.ts';

export const TOKEN = 'wb_admin_the-right-one';

/** Every noun lists its calls beside its verbs. */
export const calls: readonly RouteCall[] = [
  ...alertsCalls,
  ...channelsCalls,
  ...comparisonsCalls,
  ...dataCalls,
  ...deliveriesCalls,
  ...deploymentsCalls,
  ...errorsCalls,
  ...healthCalls,
  ...heartbeatsCalls,
  ...journalCalls,
  ...keysCalls,
  ...liveCalls,
  ...logsCalls,
  ...metricsCalls,
  ...overviewCalls,
  ...planServicesCalls,
  ...assessmentsCalls,
  ...plansCalls,
  ...probesCalls,
  ...rehearsalsCalls,
  ...reviewsCalls,
  ...scrapesCalls,
  ...searchesCalls,
  ...signalsCalls,
  ...silencesCalls,
  ...statusCalls,
  ...tracesCalls,
  ...usersCalls,
  ...webhooksCalls,
];

const services: ApiServices = {
  acknowledgeLinks: acknowledgeLinksStandIn,
  alerts: alertsStandIn,
  channels: channelsStandIn,
  comparisons: comparisonsStandIn,
  data: dataStandIn,
  deliveries: deliveriesStandIn,
  deployments: deploymentsStandIn,
  errors: errorsStandIn,
  health: healthStandIn,
  heartbeats: heartbeatsStandIn,
  planServices: planServicesStandIn,
  assessments: assessmentsStandIn,
  journal: journalStandIn,
  keys: keysStandIn,
  live: liveStandIn,
  logs: logsStandIn,
  metrics: metricsStandIn,
  overview: overviewStandIn,
  plans: plansStandIn,
  probes: probesStandIn,
  rehearsals: rehearsalsStandIn,
  reviews: reviewsStandIn,
  scrapes: scrapesStandIn,
  searches: searchesStandIn,
  signals: signalsStandIn,
  silences: silencesStandIn,
  status: statusStandIn,
  traces: tracesStandIn,
  users: usersStandIn,
  webhooks: webhooksStandIn,
  ...accessServices(),
};

/** Those of sign-in and access, which have tests of their own: nothing here asks them. */
function accessServices() {
  const unasked = new Proxy({}, { get: (_, name) => () => record({}, name) }) as never;
  return { signIn: unasked, members: unasked, tokens: unasked, audit: unasked };
}

/** What the application wrote into its log. */
export const logged: unknown[] = [];
let counter = 0;
function nextBytes(length: number): Uint8Array {
  counter += 1;
  return new Uint8Array(length).fill(counter);
}

/** The whole application over services that write down what they are asked. */
export const application = createApplication({
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

export interface Sent {
  readonly method?: string;
  readonly host?: string;
  readonly authorization?: string | undefined;
  readonly body?: string;
  readonly type?: string;
}

/** Asks as a client with the admin token would, unless `sent` says otherwise. */
export async function send(path: string, sent: Sent = {}) {
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
