import { routes } from '#contract/routes.ts';
import { verb } from '../verb.ts';
import { closing } from './closing.ts';

/** Settles what differs in the name of whoever asks. */
export const settleComparison = verb(routes.settleComparison, (input) =>
  input.services.comparisons.settle(input.params.plan, closing(input)),
);
