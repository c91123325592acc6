import type { EventFieldsAnswer } from '#contract/data.ts';
import type { Core } from '#engine/core-process.ts';
import { factEventNames } from '#intake/facts.ts';
import { WatchbillError } from '#kernel/error-codes.ts';
import { DAY_MS, formatInstant, HOUR_MS, SECOND_MS } from '#kernel/instant.ts';
import { limits } from '#kernel/limits.ts';
import type { Clock } from '#kernel/ports.ts';
import { eventNames, eventRates, latestEvents } from '#storage/clickhouse/data.ts';
import type { AskTelemetry } from '#storage/clickhouse/within.ts';
import { requirePlan } from '../known-plan.ts';
import {
  probesConfirmedBy,
  readCursor,
  sourcesByEvent,
  unusedFields,
  viewEvent,
  viewFields,
  viewRejections,
  writeCursor,
} from './data-view.ts';
import type { DataServices } from './services.ts';

const RATE_STEP_MS = 10 * SECOND_MS;
const UNUSED_FIELDS = 200;

export interface DataServicesOptions {
  readonly core: Pick<Core, 'plans' | 'lastWorld' | 'link' | 'intakeStatus'>;
  readonly askTelemetry: AskTelemetry;
  readonly clock: Clock;
  /** Where senders reach intake. */
  readonly intakeUrl: string;
}

/** What came in: from the telemetry store, and what intake knows before it is there. */
export function createDataServices({ core, askTelemetry, clock, intakeUrl }: DataServicesOptions): DataServices {
  return {
    async events(plan, { name, before, limit }) {
      requirePlan(core, plan);
      const cursor = before === undefined ? undefined : readCursor(before);
      if (before !== undefined && cursor === undefined) {
        throw new WatchbillError('invalid-request', 'This is not the `next` of an earlier page.', 'before');
      }
      const query = {
        plan,
        now: clock.now(),
        limit: limit + 1,
        ...(name === undefined ? {} : { name }),
        ...(cursor === undefined ? {} : { before: cursor }),
      };
      const [found, intake] = await Promise.all([
        askTelemetry((client, signal) => latestEvents(client, query, signal)),
        core.intakeStatus(),
      ]);
      const events = found.slice(0, limit);
      const last = events.at(-1);
      return {
        events: events.map(viewEvent),
        ...(found.length > limit && last !== undefined ? { next: writeCursor(last) } : {}),
        segmentsWaiting: intake?.segmentsWaiting ?? 0,
      };
    },
    async fields(plan) {
      requirePlan(core, plan);
      const compiled = core.lastWorld(plan)?.plan;
      const sources = sourcesByEvent(compiled);
      const to = clock.now() + limits.futureMs;
      const range = { plan, from: to - DAY_MS, to };
      const [events, data] = await Promise.all([
        askTelemetry(async (client, signal) => {
          const names = await eventNames(client, range, signal);
          return Promise.all(
            names.map(async ({ name, count, lastAt }): Promise<EventFieldsAnswer['events'][number]> => {
              const sample = { plan, name, now: lastAt, limit: limits.eventsSampled };
              const events = await latestEvents(client, sample, signal);
              const source = sources.get(name);
              return {
                name,
                count,
                lastAt: formatInstant(lastAt),
                sources: source?.names ?? [],
                probes: [...probesConfirmedBy(compiled, name)],
                own: factEventNames.has(name),
                fields: viewFields(events, source?.units ?? {}),
              };
            }),
          );
        }),
        core.link.data(plan),
      ]);
      const there = new Set(events.map(({ name }) => name));
      return {
        events,
        unused: unusedFields(data?.fieldTypes ?? [], events, UNUSED_FIELDS),
        awaited: [...sources]
          .filter(([name]) => !there.has(name) && !factEventNames.has(name))
          .map(([name, { names }]) => ({ name, sources: names })),
      };
    },
    async rejections(plan) {
      requirePlan(core, plan);
      return viewRejections(await core.link.data(plan), intakeUrl);
    },
    async rates(plan) {
      requirePlan(core, plan);
      const to = (Math.floor(clock.now() / RATE_STEP_MS) + 1) * RATE_STEP_MS;
      const from = to - HOUR_MS;
      const steps = HOUR_MS / RATE_STEP_MS;
      const found = await askTelemetry((client, signal) =>
        eventRates(client, { plan, from, to, stepMs: RATE_STEP_MS }, signal),
      );
      return {
        from: formatInstant(from),
        stepMs: RATE_STEP_MS,
        events: found.map((event) => {
          const counts = new Array<number>(steps).fill(0);
          for (const [index, step] of event.steps.entries()) counts[step] = event.counts[index] ?? 0;
          return { name: event.name, counts };
        }),
      };
    },
  };
}
