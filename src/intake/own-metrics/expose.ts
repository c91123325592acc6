import { limits } from '#kernel/limits.ts';
import type { RequestCounts } from '#kernel/request-counts.ts';
import type { Connections } from '../connections.ts';
import type { IntakeStatus, PlanData } from '../link.ts';
import { Exposition } from './exposition.ts';

/** Everything that intake says of itself to whoever watches it. */
export interface OwnFigures {
  readonly status: IntakeStatus;
  readonly requests: RequestCounts;
  readonly connections: readonly Connections[];
  readonly memoryBytes: number;
  readonly plan: string;
  readonly data: PlanData;
  /** Series of the plan that are alive. */
  readonly series: number;
}

const MS = 1_000;

export function exposeIntake(figures: OwnFigures): Exposition {
  const { status, data, plan } = figures;
  const scrapes = data.scrapes ?? [];
  const delayMs = status.eventLoopDelayMs;
  return new Exposition()
    .gauge('watchbill_intake_ready', 'Whether intake takes in what is sent.', [{ value: status.ready ? 1 : 0 }])
    .gauge('watchbill_intake_start_time_seconds', 'When this process began, since 1970.', [{ value: data.since / MS }])
    .gauge('watchbill_intake_memory_bytes', 'Resident memory of this process.', [{ value: figures.memoryBytes }])
    .gauge('watchbill_intake_event_loop_delay_seconds', '99th percentile over the last 10 seconds.', [
      { value: delayMs === undefined ? undefined : delayMs / MS },
    ])
    .gauge('watchbill_intake_spool_bytes', 'Taken in and not removed from the disk yet.', [
      { value: status.spoolBytes },
    ])
    .gauge('watchbill_intake_spool_limit_bytes', 'At which data are refused.', [{ value: limits.spoolBytes }])
    .gauge('watchbill_intake_segments_waiting', 'Segments that the telemetry store does not have yet.', [
      { value: status.segmentsWaiting },
    ])
    .gauge('watchbill_intake_oldest_waiting_timestamp_seconds', 'When the oldest of them was taken in, since 1970.', [
      { value: status.oldestWaitingAt === undefined ? undefined : status.oldestWaitingAt / MS },
    ])
    .gauge('watchbill_intake_loader_failing', 'Whether the telemetry store refuses what it is given.', [
      { value: status.loaderProblem === undefined ? 0 : 1 },
    ])
    .counter(
      'watchbill_intake_requests_total',
      'Requests answered, by route and status.',
      figures.requests.all.map(({ route, status: code, count }) => ({
        labels: { route, status: String(code) },
        value: count,
      })),
    )
    .gauge(
      'watchbill_intake_connections',
      'Connections that stand, by what listens.',
      figures.connections.map(({ name, open }) => ({ labels: { server: name }, value: open })),
    )
    .counter(
      'watchbill_intake_connections_dropped_total',
      'Connections closed at once because as many as may stand did.',
      figures.connections.map(({ name, dropped }) => ({ labels: { server: name }, value: dropped })),
    )
    .counter('watchbill_intake_accepted_total', 'Records and samples taken in.', [
      { labels: { plan }, value: data.accepted },
    ])
    .counter(
      'watchbill_intake_rejected_total',
      'Records and samples refused, by the code that their senders were told.',
      data.rejections.map(({ code, count }) => ({ labels: { plan, code }, value: count })),
    )
    .gauge('watchbill_intake_series', 'Series of samples that are alive.', [
      { labels: { plan }, value: figures.series },
    ])
    .gauge(
      'watchbill_intake_scrape_up',
      'Whether the last question to a target of the plan was answered.',
      scrapes.map(({ name, state }) => ({ labels: { plan, scrape: name, state }, value: state === 'up' ? 1 : 0 })),
    );
}
