import { isDeepStrictEqual } from 'node:util';
import type { Core } from '#engine/core-process.ts';
import type { ApiServices } from '#http/services.ts';
import { WatchbillError } from '#kernel/error-codes.ts';
import { senderScopes } from '#kernel/ingest-key.ts';
import type { Clock } from '#kernel/ports.ts';
import { compilePlan } from '#plan/compile.ts';
import type { CoreConfiguration } from './messages.ts';

/** Who facts and versions say applied a plan that was given at start. */
const AT_START = 'watchbill up';

type Files = CoreConfiguration['plans'][number];

/**
 * Applies the plans named at start, and makes the preset key for them. A text that the start has applied before is not applied again:
 * what people have applied since stays in force, until the given text itself changes.
 */
export async function applyGivenPlans(
  core: Pick<Core, 'repositories' | 'keysChanged'>,
  services: Pick<ApiServices, 'plans'>,
  given: Pick<CoreConfiguration, 'plans' | 'ingestKey'>,
  clock: Clock,
): Promise<void> {
  for (const files of given.plans) {
    const known = await appliedBefore(core, files);
    const plan = known ?? (await applyGiven(services, files));
    if (given.ingestKey === undefined) continue;
    const wanted = { plan, name: 'preset', scopes: senderScopes, at: clock.now() };
    await core.repositories.storeKey(given.ingestKey, wanted);
    await core.keysChanged();
  }
}

/** The plan's name, when this very text is the one that the last start applied. */
async function appliedBefore(core: Pick<Core, 'repositories'>, files: Files): Promise<string | undefined> {
  const name = compilePlan(files).plan?.name;
  if (name === undefined) return undefined;
  const last = (await core.repositories.planHistory(name)).find(({ appliedBy }) => appliedBy === AT_START);
  if (last === undefined) return undefined;
  const stored = await core.repositories.findPlanVersion(name, last.version);
  return stored !== undefined && isDeepStrictEqual(stored.files, files) ? name : undefined;
}

async function applyGiven(services: Pick<ApiServices, 'plans'>, files: Files): Promise<string> {
  const outcome = await services.plans.apply(
    { files: [...files], preview: false },
    { by: AT_START, maySetSecrets: true },
  );
  if (outcome.diagnostics.some(({ severity }) => severity === 'error')) {
    throw new WatchbillError('plan-invalid', 'The plan given at start has errors.');
  }
  return outcome.plan;
}
