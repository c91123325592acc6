import { routes } from '#contract/routes.ts';
import { verb } from '../verb.ts';

/** Makes a key that may send to the plan. */
export const createKey = verb(routes.createKey, async ({ params, body, services, note }) => {
  const created = await services.keys.create(params.plan, body);
  note({ object: created.id, after: { name: body.name, kind: body.kind, expiresInMs: body.expiresInMs } });
  return created;
});
