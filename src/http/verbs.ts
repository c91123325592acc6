import { explainSubject } from './journal/explain-subject.ts';
import { listFacts } from './journal/list-facts.ts';
import { listInbox } from './journal/list-inbox.ts';
import { createKey } from './keys/create-key.ts';
import { listKeys } from './keys/list-keys.ts';
import { revokeKey } from './keys/revoke-key.ts';
import { followPlan } from './live/follow-plan.ts';
import { getOverview } from './overview/get-overview.ts';
import { listPlans } from './overview/list-plans.ts';
import { applyPlan } from './plans/apply-plan.ts';
import { getStatus } from './status/get-status.ts';
import type { Verb } from './verb.ts';

/** What each route of `src/contract/routes.ts` does, by the same name. */
export const verbs: readonly Verb[] = [
  getStatus,
  applyPlan,
  explainSubject,
  listFacts,
  listInbox,
  createKey,
  listKeys,
  revokeKey,
];
  listPlans,
  getOverview,
  followPlan,
