import { routes } from '#contract/routes.ts';
import { verb } from '../verb.ts';

/** Reviews of a plan. */
export const listReviews = verb(routes.listReviews, ({ params, services }) => services.reviews.list(params.plan));
