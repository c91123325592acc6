import { z } from 'zod';
import { pageQuery } from './alerts.ts';
import { planParameter } from './parameters.ts';
import { declareRoute } from './route.ts';

/** How long whoever may respond may silence; for longer it takes `edit`. */
export const RESPONDER_SILENCE_MS: number = 24 * 3_600_000;

export const silenceSchema = z
  .object({
    silence: z.string(),
    /** Every rule when absent. */
    rule: z.string().optional(),
    /** Every group of the rule when absent. */
    group: z.array(z.string()).optional(),
    from: z.string(),
    until: z.string(),
    reason: z.string(),
    by: z.string(),
    /** For commands about it. */
    version: z.number(),
    /** Absent while it lasts. */
    ended: z
      .object({
        at: z.string(),
        because: z.enum(['silence-expired', 'silence-ended-by-hand']),
        by: z.string().optional(),
      })
      .optional(),
  })
  .meta({ id: 'Silence' });

export const silencePageSchema = z
  .object({ silences: z.array(silenceSchema), next: z.number().optional() })
  .meta({ id: 'SilencePage' });

export const silenceRequestSchema = z
  .object({
    /** Every rule when left out. */
    rule: z.string().min(1).max(200).optional(),
    /** Of the rule, values in the order of the fields' names; every group when left out. */
    group: z.array(z.string().max(8_192)).max(20).optional(),
    /** How long, up to a year. */
    forMs: z
      .number()
      .int()
      .min(1_000)
      .max(366 * 24 * 3_600_000),
    reason: z.string().trim().min(1).max(500),
  })
  .strict()
  .meta({ id: 'SilenceRequest' });

export const listSilences = declareRoute({
  method: 'get',
  path: '/plans/{plan}/silences',
  permission: 'read',
  scope: 'plan',
  summary: 'Silences, the newest first.',
  params: planParameter,
  query: z.object({ state: z.enum(['lasting', 'ended']).optional(), ...pageQuery }),
  answer: silencePageSchema,
});

export const silenceRule = declareRoute({
  method: 'post',
  path: '/plans/{plan}/silences',
  permission: 'respond',
  scope: 'plan',
  summary: 'Tell nobody of a rule for a while. For more than 24 hours it takes the permission `edit`.',
  params: planParameter,
  body: silenceRequestSchema,
  answer: silenceSchema,
});

export const endSilence = declareRoute({
  method: 'post',
  path: '/plans/{plan}/silences/{silence}/end',
  permission: 'respond',
  scope: 'plan',
  summary: 'End a silence before its time; what still fires is told at once.',
  params: planParameter.extend({ silence: z.string().regex(/^S-\d{1,15}$/) }),
  body: z
    .object({ expectedVersion: z.number().int().min(1) })
    .strict()
    .meta({ id: 'EndSilenceRequest' }),
  answer: silenceSchema,
});

export type SilenceAnswer = z.infer<typeof silenceSchema>;
export type SilencePage = z.infer<typeof silencePageSchema>;
export type SilenceRequest = z.infer<typeof silenceRequestSchema>;
