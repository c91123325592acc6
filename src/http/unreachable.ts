import type { HoldsBack } from '#egress/holds-back.ts';
import type { CompiledPlan } from '#plan/model.ts';
import { heldBackChannels } from './held-back-channels.ts';
import { heldBackScrapes } from './held-back-scrapes.ts';
import { missingSecrets, type ResolveSecret } from './missing-secrets.ts';

/** A sentence for each thing of a plan that keeps people from being told or a target from being asked, which this server knows without trying. */
export type Unreachable = (
  plan: (Pick<CompiledPlan, 'channels' | 'people' | 'scrapes'> & { readonly name?: string }) | undefined,
) => Promise<readonly string[]>;

export function createUnreachable(resolveSecret: ResolveSecret, holdsBack: HoldsBack): Unreachable {
  return async (plan) => [
    ...(await missingSecrets(plan, resolveSecret)),
    ...(await heldBackChannels(plan, resolveSecret, holdsBack)),
    ...heldBackScrapes(plan, holdsBack),
  ];
}
