import { z } from 'zod';
import { planParameter } from './parameters.ts';
import { declareRoute } from './route.ts';

export const scrapeSchema = z
  .object({
    name: z.string(),
    /** The address that is asked, as the plan says it. */
    target: z.string(),
    /** `unknown`: intake does not answer. `waiting`: not asked yet. `resting`: the phase in force gives it no pace. */
    state: z.enum(['up', 'down', 'waiting', 'resting', 'unknown']),
    /** Why it is not up: a word for programs, and a sentence for people. */
    reason: z.string().optional(),
    message: z.string().optional(),
    lastAt: z.string().optional(),
    nextAt: z.string().optional(),
    /** How long the last question took. */
    durationMs: z.number().optional(),
    /** In the last answer, kept or not. */
    samples: z.number().optional(),
    labels: z.record(z.string(), z.string()),
  })
  .meta({ id: 'Scrape' });

export const scrapesSchema = z
  .object({
    /** In the order of the plan. */
    scrapes: z.array(scrapeSchema),
  })
  .meta({ id: 'Scrapes' });

export const listScrapes = declareRoute({
  method: 'get',
  path: '/plans/{plan}/scrapes',
  permission: 'read',
  scope: 'plan',
  summary: 'The targets whose metrics are fetched: whether each answers, when it was asked last, how much it said.',
  params: planParameter,
  answer: scrapesSchema,
});

export type ScrapeAnswer = z.infer<typeof scrapeSchema>;
export type ScrapesAnswer = z.infer<typeof scrapesSchema>;
