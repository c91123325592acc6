import { routes } from '#contract/routes.ts';
import { verb } from '../verb.ts';

/** One alert with everything that happened to it. */
export const getAlert = verb(routes.getAlert, ({ params, services }) => services.alerts.get(params.plan, params.alert));
