import { routes } from '#contract/routes.ts';
import { verb } from '../verb.ts';

/** Tokens of the API, without their secrets. */
export const listTokens = verb(routes.listTokens, ({ services }) => services.tokens.list());
