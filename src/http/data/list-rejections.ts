import { routes } from '#contract/routes.ts';
import { verb } from '../verb.ts';

/** What was refused, and why. */
export const listRejections = verb(routes.listRejections, ({ params, services }) =>
  services.data.rejections(params.plan),
);
