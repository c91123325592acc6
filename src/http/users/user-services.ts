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
  /** What people said, here and in what they said it of: the core's rows before the facts, so that no command takes a text from there. */
  async function forgetSaid(
    plan: string,
    forms: readonly string[],
  ): Promise<{ readonly facts: number; readonly lists: number }> {
    await core.forgetTexts(plan, forms, FORGOTTEN);
    const facts = await core.repositories.forgetInFacts(plan, forms, FORGOTTEN);
    return { facts, lists: await uploads.forget(plan, forms, FORGOTTEN) };
  }

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
      const first = await forgetSaid(plan, forgotten.forms);
      await askTelemetry((client, signal) => removeRowsOfUser(client, query, found, signal));
      const intake = await core.intakeStatus();
      const answer = { ...found, ...first, segmentsWaiting: intake?.segmentsWaiting ?? 0 };
      const untilMs = clock.monotonicMs() + limits.forgetMs;
      for (;;) {
        const { events, readings, mentions, series } = await count();
        const isGone = events + readings + mentions + series === 0;
        if (isGone || clock.monotonicMs() >= untilMs) {
          // Until then a verdict or a list could take a text from an event again.
          const again = await forgetSaid(plan, forgotten.forms);
          return { ...answer, facts: first.facts + again.facts, lists: first.lists + again.lists, done: isGone };
        }
        await new Promise<void>((resolve) => {
          clock.after(LOOK_EVERY_MS, resolve);
        });
      }
    },
  };
}
