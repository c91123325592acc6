import type { ScrapesAnswer } from '#contract/scrapes.ts';

/** The targets of a plan's `scrapes`. Throws `not-found` for a plan that is not there. */
export interface ScrapeServices {
  scrapes(plan: string): Promise<ScrapesAnswer>;
}
