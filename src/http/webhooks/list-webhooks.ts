import { routes } from '#contract/routes.ts';
import { verb } from '../verb.ts';

/** The webhooks of a plan. */
export const listWebhooks = verb(routes.listWebhooks, ({ params, services }) =>
  services.webhooks.webhooks(params.plan),
);
