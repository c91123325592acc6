import { routes } from '#contract/routes.ts';
import { verb } from '../verb.ts';

/** The delivery log by page. */
export const listDeliveries = verb(routes.listDeliveries, ({ params, query, services }) =>
  services.deliveries.list(params.plan, query),
);
