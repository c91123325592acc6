import { routes } from '#contract/routes.ts';
import { verb } from '../verb.ts';

/** Revokes a key. */
export const revokeKey = verb(routes.revokeKey, async ({ params, services }) => {
  await services.keys.revoke(params.plan, params.id);
  return { revoked: true as const };
});
