import { routes } from '#contract/routes.ts';
import { verb } from '../verb.ts';

/** Revokes a token. */
export const revokeToken = verb(routes.revokeToken, async ({ params, actor, services, note }) => {
  const { name, level, plan } = await services.tokens.revoke(actor, params.token);
  note({ object: params.token, before: { name, level, plan } });
  return { revoked: true as const };
});
