import type { Core } from '#engine/core-process.ts';
import { missingSecrets, type ResolveSecret } from '../missing-secrets.ts';
import type { PlanServices } from './services.ts';

/** Applying plans on the core. */
export function createPlanServices(core: Core, resolveSecret: ResolveSecret): PlanServices {
  return {
    async apply(request, by) {
      const { files, preview } = request;
      const wanted = {
        files,
        ...(request.expectedVersion === undefined ? {} : { expectedVersion: request.expectedVersion }),
      };
      const outcome = preview ? await core.preview(wanted) : await core.apply(wanted, by);
      const running = outcome.applied && outcome.plan !== undefined ? await core.planStatus(outcome.plan) : undefined;
      const missing = await missingSecrets(running?.world?.plan.channels ?? [], resolveSecret);
      return {
        plan: outcome.plan ?? '',
        version: outcome.version,
        applied: outcome.applied,
        changed: outcome.changed,
        diagnostics: outcome.diagnostics.map((diagnostic) => ({ ...diagnostic })),
        effects: [...outcome.effects, ...missing],
      };
    },
  };
}
