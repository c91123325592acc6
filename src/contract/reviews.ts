import { z } from 'zod';
import { acknowledgementSchema } from './alerts.ts';
import { planParameter } from './parameters.ts';
import { declareRoute } from './route.ts';
import { askedSchema, expectedVersionSchema, fieldValueSchema, noteSchema } from './vouching.ts';

const reviewParameter = planParameter.extend({ review: z.string().min(1).max(200).describe('A review of the plan') });

export const reviewSchema = z
  .object({
    name: z.string(),
    ...askedSchema,
    /** So many samples, of the whole span or of each local day in it. */
    first: z.number(),
    per: z.enum(['day']).optional(),
    /** The question, in the plan's words. */
    ask: z.string().optional(),
    /** Samples that there are; fewer than are wanted while more may come. */
    chosen: z.number(),
    waiting: z.number(),
    right: z.number(),
    wrong: z.number(),
    settled: z.number(),
    /** Why the events cannot be read now: only samples that were judged are known, and there may be others. */
    unread: z.string().optional(),
  })
  .meta({ id: 'Review' });

export const verdictSchema = acknowledgementSchema
  .extend({
    /** `settled`: it was wrong, and what followed from it is done. */
    state: z.enum(['right', 'wrong', 'settled']),
    note: z.string().optional(),
    /** For the next verdict. */
    version: z.number(),
  })
  .meta({ id: 'Verdict' });

export const sampleSchema = z
  .object({
    /** Id of the event. */
    sample: z.string(),
    /** What names it in messages: the first field that is shown. */
    label: z.string(),
    /** The event's own time; absent for one that is not kept any more. */
    at: z.string().optional(),
    /** In the plan's order; none of one that is not kept any more. */
    fields: z.array(z.object({ field: z.string(), value: fieldValueSchema.optional() })),
    /** Absent while nobody has judged it. */
    verdict: verdictSchema.optional(),
  })
  .meta({ id: 'Sample' });

export const sampleListSchema = z
  .object({
    review: reviewSchema,
    /** In order of time. */
    samples: z.array(sampleSchema),
    /** Sealed parts of the spool that wait for the store: their events are not here yet. */
    segmentsWaiting: z.number(),
  })
  .meta({ id: 'SampleList' });

export const listReviews = declareRoute({
  method: 'get',
  path: '/plans/{plan}/reviews',
  permission: 'read',
  scope: 'plan',
  summary: 'Reviews: of how many samples people were asked, and what they said.',
  params: planParameter,
  answer: z.object({ reviews: z.array(reviewSchema) }).meta({ id: 'ReviewList' }),
});

export const listSamples = declareRoute({
  method: 'get',
  path: '/plans/{plan}/reviews/{review}/samples',
  permission: 'read',
  scope: 'plan',
  summary:
    'The samples of a review with what was said of them; what was judged is here also when others would be chosen by now.',
  params: reviewParameter,
  answer: sampleListSchema,
});

export const judgeSample = declareRoute({
  method: 'post',
  path: '/plans/{plan}/reviews/{review}/samples/{sample}/verdict',
  permission: 'respond',
  scope: 'plan',
  summary: 'Say whether a sample is right. A verdict may be changed; what is judged wrong may be settled.',
  params: reviewParameter.extend({ sample: z.string().min(1).max(1_024).describe('The id of its event') }),
  body: z
    .object({
      verdict: z.enum(['right', 'wrong', 'settled']),
      /** Needed with `wrong` and `settled`. */
      note: noteSchema.optional(),
      expectedVersion: expectedVersionSchema,
    })
    .strict()
    .meta({ id: 'JudgeSampleRequest' }),
  answer: sampleSchema,
});

export type ReviewAnswer = z.infer<typeof reviewSchema>;
export type SampleAnswer = z.infer<typeof sampleSchema>;
export type SampleListAnswer = z.infer<typeof sampleListSchema>;
