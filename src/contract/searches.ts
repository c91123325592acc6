import { z } from 'zod';
import { planParameter } from './parameters.ts';
import { declareRoute } from './route.ts';

export const searchesSchema = z
  .object({
    /** In the order of the plan. */
    searches: z.array(
      z.object({
        name: z.string(),
        /** As the plan has it. */
        text: z.string(),
        /** The name of the events that it is about. */
        event: z.string(),
      }),
    ),
  })
  .meta({ id: 'Searches' });

export const listSearches = declareRoute({
  method: 'get',
  path: '/plans/{plan}/searches',
  permission: 'read',
  scope: 'plan',
  summary: 'The named searches of the plan that runs; `search=NAME` of the logs is one of them.',
  params: planParameter,
  answer: searchesSchema,
});

export type SearchesAnswer = z.infer<typeof searchesSchema>;
