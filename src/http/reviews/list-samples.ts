import { routes } from '#contract/routes.ts';
import { verb } from '../verb.ts';

/** Samples of a review, with what was said of them. */
export const listSamples = verb(routes.listSamples, ({ params, services }) =>
  services.reviews.samples(params.plan, params.review),
);
