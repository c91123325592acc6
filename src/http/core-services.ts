import { createJournalServices } from './journal/journal-services.ts';
import { createKeyServices } from './keys/key-services.ts';
import { createPlanServices } from './plans/plan-services.ts';
import type { ApiServices } from './services.ts';
import { createStatusServices, type StatusServicesOptions } from './status/status-services.ts';

export type CoreServicesOptions = StatusServicesOptions;

/** The verbs' view of the core process. */
export function createCoreServices(options: CoreServicesOptions): ApiServices {
  const { core, clock, resolveSecret } = options;
  return {
    status: createStatusServices(options),
    plans: createPlanServices(core, resolveSecret),
    journal: createJournalServices(core, clock),
    keys: createKeyServices(core, clock),
  };
}
