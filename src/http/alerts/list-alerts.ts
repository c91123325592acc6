import { routes } from '#contract/routes.ts';
import { verb } from '../verb.ts';

/** Alerts of a plan by page. */
export const listAlerts = verb(routes.listAlerts, ({ params, query, services }) =>
  services.alerts.list(params.plan, query),
);
