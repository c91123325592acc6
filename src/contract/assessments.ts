import { z } from 'zod';
import { planParameter } from './parameters.ts';
import { declareRoute } from './route.ts';

export const assessedCheckSchema = z
  .object({
    /** As the plan names it: `sale-totals`, `health.database`. */
    name: z.string(),
    kind: z.enum(['probe', 'part', 'heartbeat', 'rule', 'review', 'comparison']),
    /** Of a part: the probe whose answers tell of it. */
    probe: z.string().optional(),
    /** `held`: it is known, and nothing failed. `unknown`: less than 99% of the phase until now is known. */
    state: z.enum(['failed', 'held', 'unknown', 'not begun']),
    /** How long of the phase until now something is known of it, and how long nothing. */
    knownMs: z.number(),
    unknownMs: z.number(),
    /** How many times it failed, how long altogether, when first, and since when or until when it did last. */
    failures: z.number(),
    failedMs: z.number(),
    firstFrom: z.string().optional(),
    lastFrom: z.string().optional(),
    lastTo: z.string().optional(),
    /** When it failed, the latest 50. */
    spans: z.array(z.object({ from: z.string(), to: z.string() })),
    /** Whether it fails now, in a phase that goes on. */
    isFailing: z.boolean(),
    /** The last failure: what it said and what shows it, the keys found among others. Absent when it is not kept any more. */
    found: z
      .object({
        at: z.string(),
        message: z.string().optional(),
        evidence: z.string().optional(),
        /** Of a rule. */
        alert: z.string().optional(),
      })
      .optional(),
  })
  .meta({ id: 'AssessedCheck' });

export const phaseVerdictSchema = z
  .object({
    phase: z.string(),
    /**
     * `failed`: a check failed at any time of the phase. `so far`: it goes on, and none did. `passed`: it is over, none did, and each was known for
     * 99% of it. `not proved`: it is over, none did, and too little is known of one.
     */
    state: z.enum(['not begun', 'so far', 'failed', 'passed', 'not proved']),
    /** Absent without a launch. */
    from: z.string().optional(),
    /** Absent for a phase that does not end. */
    to: z.string().optional(),
    /** In the order of the plan, as are all lists here. */
    checks: z.array(assessedCheckSchema),
  })
  .meta({ id: 'PhaseVerdict' });

export const assessmentSchema = z
  .object({ name: z.string(), phases: z.array(phaseVerdictSchema) })
  .meta({ id: 'Assessment' });

export const assessmentsSchema = z
  .object({
    /** The verdicts are of this instant; with much to read they may be as old as ten times what reading took. */
    at: z.string(),
    assessments: z.array(assessmentSchema),
  })
  .meta({ id: 'Assessments' });

export const listAssessments = declareRoute({
  method: 'get',
  path: '/plans/{plan}/assessments',
  permission: 'read',
  scope: 'plan',
  summary:
    'The verdicts of the plan over its phases: whether the checks of each assessment found nothing in them, which failed, when, and what they found last.',
  params: planParameter,
  answer: assessmentsSchema,
});

export type AssessedCheckAnswer = z.infer<typeof assessedCheckSchema>;
export type PhaseVerdictAnswer = z.infer<typeof phaseVerdictSchema>;
export type AssessmentAnswer = z.infer<typeof assessmentSchema>;
export type AssessmentsAnswer = z.infer<typeof assessmentsSchema>;
