import { routes } from '#contract/routes.ts';
import { verb } from '../verb.ts';

/** Which events came, with their fields. */
export const listFields = verb(routes.listFields, ({ params, services }) => services.data.fields(params.plan));
