import { routes } from '#contract/routes.ts';
import { verb } from '../verb.ts';

/** How the targets of a plan's scrapes are. */
export const listScrapes = verb(routes.listScrapes, ({ params, services }) => services.scrapes.scrapes(params.plan));
