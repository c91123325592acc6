import { routes } from '#contract/routes.ts';
import { verb } from '../verb.ts';

/** Resolves a group of errors, ignores it, or opens it again. */
export const changeError = verb(routes.changeError, async ({ params, body, actor, services, note }) => {
  const { state, inNextRelease = false, expectedVersion } = body;
  const command = { error: params.error, state, inNextRelease, by: actor.name, expectedVersion };
  const changed = await services.errors.change(params.plan, command);
  note({ object: params.error, after: { state, inNextRelease } });
  return changed;
});
