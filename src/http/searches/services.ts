import type { SearchesAnswer } from '#contract/searches.ts';

export interface SearchServices {
  /** Throws `not-found` for a plan that is not there. */
  list(plan: string): Promise<SearchesAnswer>;
}
