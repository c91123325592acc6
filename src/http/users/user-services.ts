import type { Core } from '#engine/core-process.ts';
import { FORGOTTEN } from '#intake/forgotten.ts';
import { WatchbillError } from '#kernel/error-codes.ts';
import { limits } from '#kernel/limits.ts';
import type { Clock } from '#kernel/ports.ts';
import { countRowsOfUser, removeRowsOfUser } from '#storage/clickhouse/forget.ts';
import type { AskTelemetry } from '#storage/clickhouse/within.ts';
import type { ListUploads } from '#storage/postgres/list-uploads.ts';
import { requirePlan } from '../known-plan.ts';
import type { UserServices } from './services.ts';

export interface UserServicesOptions {
  readonly core: Pick<Core, 'plans' | 'link' | 'intakeStatus' | 'repositories' | 'forgetTexts'>;
  readonly askTelemetry: AskTelemetry;
  readonly uploads: Pick<ListUploads, 'forget'>;
  readonly clock: Clock;
}

/** How soon it is looked again whether the telemetry store has written its tables anew. */
const LOOK_EVERY_MS = 100;

/** People whom the data are about. */
export function createUserServices({ core, askTelemetry, uploads, clock }: UserServicesOptions): UserServices {
  return {
    async forget(plan, user) {
      requirePlan(core, plan);
      // First what is on its way, so that nothing comes after what is deleted.
      const forgotten = await core.link.forget(plan, user);
      if (forgotten === undefined) {
        throw new WatchbillError('not-ready', 'Intake does not answer, so what is in its spool cannot be kept back.');
      }
      const query = { plan, forms: forgotten.forms, instead: FORGOTTEN };
      const count = () => askTelemetry((client, signal) => countRowsOfUser(client, query, signal));
      const found = await count();
      // Before the facts, so that no command takes a text from there into a new one.
      await core.forgetTexts(plan, forgotten.forms, FORGOTTEN);
      const facts = await core.repositories.forgetInFacts(plan, forgotten.forms, FORGOTTEN);
      const lists = await uploads.forget(plan, forgotten.forms, FORGOTTEN);
      await askTelemetry((client, signal) => removeRowsOfUser(client, query, found, signal));
      const intake = await core.intakeStatus();
      const answer = { ...found, facts, lists, segmentsWaiting: intake?.segmentsWaiting ?? 0 };
      const untilMs = clock.monotonicMs() + limits.forgetMs;
      for (;;) {
        const { events, readings, mentions, series } = await count();
        if (events + readings + mentions + series === 0) return { ...answer, done: true };
        if (clock.monotonicMs() >= untilMs) return { ...answer, done: false };
        await new Promise<void>((resolve) => {
          clock.after(LOOK_EVERY_MS, resolve);
        });
      }
    },
  };
}
