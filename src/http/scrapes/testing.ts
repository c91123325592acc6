import { routes } from '#contract/routes.ts';
import type { ApiServices } from '../services.ts';
import { type RouteCall, record } from '../testing.ts';

/** Answers whatever is asked, and writes down the question. */
export const scrapesStandIn: ApiServices['scrapes'] = {
  scrapes: (plan) => record({ scrapes: [] }, 'scrapes', plan),
};

/** One call of each route. */
export const scrapesCalls: readonly RouteCall[] = [
  { route: routes.listScrapes, path: '/api/plans/shop/scrapes', asks: ['scrapes', 'shop'] },
];
