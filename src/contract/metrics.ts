import { z } from 'zod';
import { planParameter } from './parameters.ts';
import { declareRoute } from './route.ts';

export const metricNameSchema = z
  .object({
    /** As a plan writes it: `samples "NAME"`. */
    name: z.string(),
    kind: z.enum(['gauge', 'counter', 'delta']),
    /** How many series there are under it. */
    series: z.number(),
    /** Names of their labels, those that most have first. */
    labels: z.array(z.string()),
    /** The latest point of the last hour in any of them. */
    lastAt: z.string().optional(),
    lastValue: z.number().optional(),
  })
  .meta({ id: 'MetricName' });

export const metricNamesSchema = z
  .object({
    /** In the order of the alphabet. */
    metrics: z.array(metricNameSchema),
    /** There are more than these. */
    more: z.boolean(),
  })
  .meta({ id: 'MetricNames' });

export const listMetrics = declareRoute({
  method: 'get',
  path: '/plans/{plan}/metrics',
  permission: 'read',
  scope: 'plan',
  summary: 'Names of the numeric series that came in the last two days, with kind, labels and latest value.',
  params: planParameter,
  query: z.object({
    /** What the name holds somewhere. */
    name: z.string().max(256).optional(),
    limit: z.coerce.number().int().min(1).max(500).default(100),
  }),
  answer: metricNamesSchema,
});

export type MetricNameAnswer = z.infer<typeof metricNameSchema>;
export type MetricNamesAnswer = z.infer<typeof metricNamesSchema>;
