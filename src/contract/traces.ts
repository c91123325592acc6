import { z } from 'zod';
import { storedEventSchema } from './data.ts';
import { planParameter } from './parameters.ts';
import { declareRoute } from './route.ts';

export const traceSchema = z
  .object({
    trace: z.string(),
    /** Everything that carries the id, in the order of time: spans, log lines, errors. */
    events: z.array(storedEventSchema),
    /** There are more than 2,000; the earliest are given. */
    cut: z.boolean(),
  })
  .meta({ id: 'Trace' });

export const getTrace = declareRoute({
  method: 'get',
  path: '/plans/{plan}/traces/{trace}',
  permission: 'read',
  scope: 'plan',
  summary: 'One trace: every event with this `trace_id`, whatever it came by.',
  params: planParameter.extend({ trace: z.string().min(1).max(256) }),
  query: z.object({
    /** When something of it was: saves looking elsewhere. */
    at: z.iso.datetime({ offset: true }).optional(),
  }),
  answer: traceSchema,
});

export type TraceAnswer = z.infer<typeof traceSchema>;
