import { routes } from '#contract/routes.ts';
import { verb } from '../verb.ts';

/** Who may sign in, and as what. */
export const listMembers = verb(routes.listMembers, ({ services }) => services.members.list());
