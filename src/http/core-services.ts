import { createJournalServices } from './journal/journal-services.ts';
import { createKeyServices } from './keys/key-services.ts';
import { createLiveServices } from './live/live-services.ts';
import { createOverviewServices } from './overview/overview-services.ts';
import { createPlanServices } from './plans/plan-services.ts';
import type { ApiServices } from './services.ts';
import { createStatusServices, type StatusServicesOptions } from './status/status-services.ts';
import type { Access } from './sign-in/access.ts';

export interface CoreServicesOptions extends StatusServicesOptions {
  readonly log: (message: string, detail: Readonly<Record<string, unknown>>) => void;
  readonly access: Pick<Access, 'services'>;
}

/** The verbs' view of the core process. */
export function createCoreServices(options: CoreServicesOptions): ApiServices {
  const { core, clock, resolveSecret, log } = options;
  return {
    status: createStatusServices(options),
    ...options.access.services,
    plans: createPlanServices(core, resolveSecret),
    journal: createJournalServices(core, clock),
    keys: createKeyServices(core, clock),
    overview: createOverviewServices(core, clock),
    live: createLiveServices({ core, clock, log }),
  };
}
