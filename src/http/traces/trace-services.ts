import type { Core } from '#engine/core-process.ts';
import { readTrace } from '#insight/traces/read-trace.ts';
import { WatchbillError } from '#kernel/error-codes.ts';
import { parseInstant } from '#kernel/instant.ts';
import type { Clock } from '#kernel/ports.ts';
import type { AskTelemetry } from '#storage/clickhouse/within.ts';
import { viewEvent } from '../data/data-view.ts';
import { requirePlan } from '../known-plan.ts';
import type { TraceServices } from './services.ts';

export interface TraceServicesOptions {
  readonly core: Pick<Core, 'plans'>;
  readonly askTelemetry: AskTelemetry;
  readonly clock: Clock;
}

/** Traces as they stand in the telemetry store. */
export function createTraceServices({ core, askTelemetry, clock }: TraceServicesOptions): TraceServices {
  return {
    async trace(plan, trace, at, gone) {
      requirePlan(core, plan);
      const instant = at === undefined ? undefined : parseInstant(at);
      const query = { plan, trace, now: clock.now(), ...(instant === undefined ? {} : { at: instant }) };
      const { events, cut } = await askTelemetry((client, signal) =>
        readTrace(client, query, AbortSignal.any([signal, gone])),
      );
      if (events.length === 0) {
        throw new WatchbillError(
          'not-found',
          'Nothing carries this trace id: it was never sent, is older than what is kept, or has not reached the store yet.',
          'trace',
        );
      }
      return { trace, events: events.map(viewEvent), cut };
    },
  };
}
