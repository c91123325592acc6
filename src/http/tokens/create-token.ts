import { routes } from '#contract/routes.ts';
import { verb } from '../verb.ts';

/** Makes a token for a program. */
export const createToken = verb(routes.createToken, async ({ body, actor, services, note }) => {
  const created = await services.tokens.create(actor, body);
  const { name, level, plan, expiresInMs } = body;
  note({ object: created.id, after: { name, level, plan, expiresInMs } });
  return created;
});
