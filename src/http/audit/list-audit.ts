import { routes } from '#contract/routes.ts';
import { verb } from '../verb.ts';

/** Who did what, the newest first. */
export const listAudit = verb(routes.listAudit, ({ query: { before, limit }, services }) =>
  services.audit.list({ limit, ...(before === undefined ? {} : { before }) }),
);
