import { routes } from '#contract/routes.ts';
import { verb } from '../verb.ts';

/** Verifies the whole audit log. */
export const verifyAudit = verb(routes.verifyAudit, ({ services }) => services.audit.verify());
