import { WatchbillError } from '#kernel/error-codes.ts';
import { DAY_MS } from '#kernel/instant.ts';
import { limits } from '#kernel/limits.ts';
import type { Clock } from '#kernel/ports.ts';
import type { CompiledPlan } from '#plan/model.ts';
import { attributeNames } from '#storage/clickhouse/data.ts';
import type { AskTelemetry } from '#storage/clickhouse/within.ts';
import { eventsWithFields, fieldsNeverSent } from './fields-never-sent.ts';

/** A sentence for each field that a plan reads and that none of its latest events has. */
export type NeverSent = (plan: CompiledPlan | undefined) => Promise<readonly string[]>;

/** Looks at what came within a day. It is only a hint: while the telemetry store is away nothing is said. */
export function createNeverSent(askTelemetry: AskTelemetry, clock: Clock): NeverSent {
  return async (plan) => {
    const names = plan === undefined ? [] : eventsWithFields(plan);
    if (plan === undefined || names.length === 0) return [];
    const to = clock.now() + limits.futureMs;
    const query = { plan: plan.name, names, from: to - DAY_MS, to, limit: limits.eventsLookedThrough };
    try {
      return fieldsNeverSent(plan, await askTelemetry((client, signal) => attributeNames(client, query, signal)));
    } catch (caught) {
      if (caught instanceof WatchbillError && caught.code === 'telemetry-away') return [];
      throw caught;
    }
  };
}
