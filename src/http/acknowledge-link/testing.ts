import type { ApiServices } from '../services.ts';
import { record } from '../testing.ts';

/** Answers whatever is asked, and writes down the question. */
export const acknowledgeLinksStandIn: ApiServices['acknowledgeLinks'] = {
  read: () => ({ state: 'forged' }),
  find: () => record(undefined, 'findLink'),
  acknowledge: () => record(undefined, 'acknowledgeLink'),
};
