import type { HealthAnswer } from '#contract/health.ts';
import type { MetricNameAnswer } from '#contract/metrics.ts';
import type { StatusAnswer } from '#contract/status.ts';
import type { Core } from '#engine/core-process.ts';
import { Exposition } from '#intake/own-metrics/exposition.ts';
import { formatInstant, parseInstant } from '#kernel/instant.ts';
import type { Clock } from '#kernel/ports.ts';
import type { RequestCounts } from '#kernel/request-counts.ts';
import { type MetricName, metricNames } from '#storage/clickhouse/metric-names.ts';
import type { AskTelemetry } from '#storage/clickhouse/within.ts';
import type { HealthServices } from '../health/services.ts';
import { requirePlan } from '../known-plan.ts';
import type { StatusServices } from '../status/services.ts';
import type { MetricsServices } from './services.ts';

const MS = 1_000;

export interface MetricsServicesOptions {
  readonly health: Pick<HealthServices, 'health'>;
  readonly status: Pick<StatusServices, 'status'>;
  readonly core: Pick<Core, 'plans'>;
  readonly clock: Pick<Clock, 'now'>;
  readonly askTelemetry: AskTelemetry;
}

/** The core's own figures, from what health and status know; and which figures of others there are. */
export function createMetricsServices(options: MetricsServicesOptions): MetricsServices {
  const { health, status, core, clock, askTelemetry } = options;
  return {
    async names(plan, { name = '', limit }) {
      requirePlan(core, plan);
      const query = { plan, text: name, now: clock.now(), limit: limit + 1 };
      const found = await askTelemetry((client, signal) => metricNames(client, query, signal));
      return { metrics: found.slice(0, limit).map(viewName), more: found.length > limit };
    },
    async expose(wanted, requests) {
      const [healthAnswer, statusAnswer] = await Promise.all([health.health(wanted), status.status(wanted)]);
      const exposition = new Exposition();
      addServer(exposition, healthAnswer);
      addPlans(exposition, healthAnswer, statusAnswer);
      addRequests(exposition, requests);
      return exposition;
    },
  };
}

function viewName({ lastAt, lastValue, labels, ...rest }: MetricName): MetricNameAnswer {
  return {
    ...rest,
    labels: [...labels],
    ...(lastAt === null ? {} : { lastAt: formatInstant(lastAt) }),
    ...(lastValue === null ? {} : { lastValue }),
  };
}

function addServer(exposition: Exposition, { version, ready, processes, stores, disk, intake }: HealthAnswer): void {
  const ofProcesses = (value: (process: HealthAnswer['processes'][number]) => number | undefined) =>
    processes.map((process) => ({ labels: { process: process.name }, value: value(process) }));
  const ofStores = (value: (store: HealthAnswer['stores'][number]) => number | undefined) =>
    stores.map((store) => ({ labels: { store: store.name }, value: value(store) }));
  exposition
    .gauge('watchbill_build_info', 'The version that runs.', [{ labels: { version }, value: 1 }])
    .gauge('watchbill_ready', 'Whether stores, core and intake do their work.', [{ value: ready ? 1 : 0 }])
    .gauge('watchbill_intake_connected', 'Whether the core hears of intake.', [{ value: intake.connected ? 1 : 0 }])
    .gauge(
      'watchbill_process_running',
      'Whether a process of the server runs.',
      ofProcesses(({ state }) => (state === 'outside' ? undefined : state === 'running' ? 1 : 0)),
    )
    .gauge(
      'watchbill_process_start_time_seconds',
      'When a process began, since 1970.',
      ofProcesses(({ startedAt }) => secondsOf(startedAt)),
    )
    .counter(
      'watchbill_process_restarts_total',
      'How often a process was started again since the supervisor began.',
      ofProcesses(({ restarts }) => restarts),
    )
    .gauge(
      'watchbill_process_memory_bytes',
      'Memory of a process.',
      ofProcesses(({ memoryBytes }) => memoryBytes),
    )
    .gauge(
      'watchbill_event_loop_delay_seconds',
      'How late a process does what is due: 99th percentile over the last 10 seconds.',
      ofProcesses(({ eventLoopDelayMs }) => inSeconds(eventLoopDelayMs)),
    )
    .gauge(
      'watchbill_store_up',
      'Whether a store answers.',
      ofStores(({ answers }) => (answers ? 1 : 0)),
    )
    .gauge(
      'watchbill_store_latency_seconds',
      'How long a store takes to answer the simplest question.',
      ofStores(({ latencyMs }) => inSeconds(latencyMs)),
    )
    .gauge(
      'watchbill_store_size_bytes',
      'What a store holds.',
      ofStores(({ bytes }) => bytes),
    )
    .gauge('watchbill_disk_free_bytes', 'Free on the disk of the data folder.', [{ value: disk?.freeBytes }])
    .gauge('watchbill_disk_size_bytes', 'Size of the disk of the data folder.', [{ value: disk?.totalBytes }]);
}

function addPlans(exposition: Exposition, { plans }: HealthAnswer, status: StatusAnswer): void {
  const ofPlans = (value: (plan: HealthAnswer['plans'][number]) => number | undefined) =>
    plans.map((plan) => ({ labels: { plan: plan.plan }, value: value(plan) }));
  const alerts = status.plans.flatMap(({ plan, alerts }) =>
    (['pending', 'firing', 'resolving'] as const).map((state) => ({
      labels: { plan, state },
      value: alerts.filter((alert) => alert.state === state).length,
    })),
  );
  exposition
    .gauge(
      'watchbill_plan_running',
      'Whether a plan is judged here.',
      ofPlans(({ running }) => (running ? 1 : 0)),
    )
    .gauge(
      'watchbill_plan_lag_seconds',
      'How far the core is behind in judging a plan.',
      ofPlans(({ lagMs }) => inSeconds(lagMs)),
    )
    .gauge(
      'watchbill_plan_watermark_timestamp_seconds',
      'Up to when a plan has been judged, since 1970.',
      ofPlans(({ watermark }) => secondsOf(watermark)),
    )
    .gauge(
      'watchbill_plan_last_delivery_timestamp_seconds',
      'When a message of a plan was taken by its provider last, since 1970.',
      ofPlans(({ lastDeliveryAt }) => secondsOf(lastDeliveryAt)),
    )
    .gauge(
      'watchbill_plan_followers',
      'Pages that follow a plan live.',
      ofPlans(({ followers }) => followers),
    )
    .gauge('watchbill_alerts', 'Alerts that are open, by state.', alerts)
    .gauge(
      'watchbill_notifications',
      'Notifications that are kept, by state.',
      plans.flatMap(({ plan, notifications }) =>
        Object.entries(notifications).map(([state, value]) => ({ labels: { plan, state }, value })),
      ),
    );
}

function addRequests(exposition: Exposition, requests: RequestCounts): void {
  const rows = requests.all.map(({ route, status, count }) => ({
    labels: { route, status: String(status) },
    value: count,
  }));
  exposition.counter('watchbill_http_requests_total', 'Requests answered, by route and status.', rows);
}

function secondsOf(instant: string | undefined): number | undefined {
  return instant === undefined ? undefined : inSeconds(parseInstant(instant));
}

function inSeconds(ms: number | undefined): number | undefined {
  return ms === undefined ? undefined : ms / MS;
}
