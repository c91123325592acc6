import { routes } from '#contract/routes.ts';
import { verb } from '../verb.ts';
import { closing } from './closing.ts';

/** Says that there is no list, in the name of whoever asks. */
export const markNotAvailable = verb(routes.markNotAvailable, (input) =>
  input.services.comparisons.notAvailable(input.params.plan, closing(input)),
);
