import { routes } from '#contract/routes.ts';
import { verb } from '../verb.ts';

/** Messages in the inboxes of a plan, newest first. */
export const listInbox = verb(routes.listInbox, ({ params, query: { person, limit }, services }) =>
  services.journal.inbox(params.plan, { limit, ...(person === undefined ? {} : { person }) }),
);
