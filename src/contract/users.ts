import { z } from 'zod';
import { planParameter } from './parameters.ts';
import { declareRoute } from './route.ts';

/** What became of the data of a user who is to be forgotten. */
export const forgottenUserSchema = z
  .object({
    /** Events of theirs that were in the telemetry store. */
    events: z.number(),
    /** Events of others, or of nobody, that named them in an attribute; the name is taken out. */
    mentions: z.number(),
    /** Stored readings of groups that were named by them. */
    readings: z.number(),
    /** Series that named them in a label; their points are gone with them. */
    series: z.number(),
    /** Facts whose text named them; the name is taken out. */
    facts: z.number(),
    /** Uploaded lists that named them; the name is taken out. */
    lists: z.number(),
    /** Segments on their way to the telemetry store, which come there without them. */
    segmentsWaiting: z.number(),
    /** False when the telemetry store is still writing its tables anew: ask again, which does no harm. */
    done: z.boolean(),
  })
  .meta({ id: 'ForgottenUser' });

export const forgetUserRequestSchema = z
  .object({
    /** As senders name them. */
    user: z.string().min(1).max(8_192),
  })
  .strict()
  .meta({ id: 'ForgetUserRequest' });

export const forgetUser = declareRoute({
  method: 'post',
  path: '/plans/{plan}/users/forget',
  permission: 'govern',
  scope: 'plan',
  summary:
    'Delete the events of a user, under a hash too and in the spool, and take their name out of facts. Cannot be undone.',
  params: planParameter,
  body: forgetUserRequestSchema,
  answer: forgottenUserSchema,
});

export type ForgottenUserAnswer = z.infer<typeof forgottenUserSchema>;
