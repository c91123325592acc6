import type { ApplyAnswer } from '#contract/plans.ts';
import type { ApplyRequest } from '#engine/applying.ts';
import type { Core } from '#engine/core-process.ts';
import { WatchbillError } from '#kernel/error-codes.ts';
import { formatInstant } from '#kernel/instant.ts';
import { requirePlan } from '../known-plan.ts';
import type { Unreachable } from '../unreachable.ts';
import type { NeverSent } from './never-sent.ts';
import { refuseNewSecretUses } from './secret-uses.ts';
import type { PlanServices } from './services.ts';

/** Plans and their versions on the core. */
export function createPlanServices(core: Core, unreachable: Unreachable, neverSent: NeverSent): PlanServices {
  const { repositories } = core;

  async function apply(wanted: ApplyRequest, preview: boolean, by: string): Promise<ApplyAnswer> {
    const outcome = preview ? await core.preview(wanted) : await core.apply(wanted, by);
    const hints = await Promise.all([unreachable(outcome.compiled), neverSent(outcome.compiled)]);
    return {
      plan: outcome.plan ?? '',
      version: outcome.version,
      applied: outcome.applied,
      changed: outcome.changed,
      diagnostics: outcome.diagnostics.map((diagnostic) => ({ ...diagnostic })),
      effects: [...outcome.effects, ...hints.flat()],
    };
  }

  return {
    apply({ files, preview, expectedVersion }, { by, maySetSecrets }) {
      const wanted = {
        files,
        ...(expectedVersion === undefined ? {} : { expectedVersion }),
        ...permits(maySetSecrets),
      };
      return apply(wanted, preview, by);
    },
    async versions(plan) {
      requirePlan(core, plan);
      const history = await repositories.planHistory(plan);
      return {
        current: history[0]?.version ?? 0,
        versions: history.map(({ version, appliedAt, appliedBy }) => ({
          version,
          appliedAt: formatInstant(appliedAt),
          by: appliedBy,
        })),
      };
    },
    async version(plan, wanted) {
      requirePlan(core, plan);
      const number = wanted === 'current' ? (await repositories.planHistory(plan))[0]?.version : wanted;
      const found = number === undefined ? undefined : await repositories.findPlanVersion(plan, number);
      if (found === undefined) {
        throw new WatchbillError('not-found', `The plan ${plan} has no version ${wanted}.`, String(wanted));
      }
      const { version, appliedAt, appliedBy, files } = found;
      return { version, appliedAt: formatInstant(appliedAt), by: appliedBy, files: files.map((file) => ({ ...file })) };
    },
    async launch(plan, expectedVersion, by) {
      requirePlan(core, plan);
      const before = core.world(plan);
      const launched = before?.plan.launch ?? before?.line.launchedAt;
      if (launched !== undefined) {
        throw new WatchbillError('already-done', `${plan} has its T+0: ${formatInstant(launched)}.`, plan);
      }
      const version = before?.line.version;
      if (version !== undefined && version !== expectedVersion) {
        throw new WatchbillError(
          'version-conflict',
          `The plan is at version ${version}, not ${expectedVersion}.`,
          plan,
        );
      }
      return { launchedAt: formatInstant(await core.launch(plan, by)) };
    },
    applyVersion(plan, { files, expectedVersion, preview }, { by, maySetSecrets }) {
      requirePlan(core, plan);
      return apply({ files, expectedVersion, plan, ...permits(maySetSecrets) }, preview, by);
    },
  };
}

function permits(maySetSecrets: boolean): Pick<ApplyRequest, 'permit'> {
  return maySetSecrets ? {} : { permit: refuseNewSecretUses };
}
