import { z } from 'zod';
import { errorBudgetSchema } from './error-budget.ts';
import { declareRoute } from './route.ts';

export const readingSchema = z
  .object({
    signal: z.string(),
    /** Values of the fields that it is grouped by, in their order. */
    group: z.array(z.string()),
    state: z.string(),
    /** In base units; absent when there is none. */
    value: z.number().optional(),
    /** The value with its unit, for people. */
    shown: z.string(),
    unit: z.string(),
    sampleSize: z.number(),
    ageMs: z.number(),
    /** Why there is no value, or how many are still needed. */
    reason: z.string().optional(),
    /** Of an availability with a target. */
    budget: errorBudgetSchema.optional(),
    /** Rules that read the signal, or how fast its budget is used up; absent without a budget. */
    budgetRules: z.array(z.string()).optional(),
  })
  .meta({ id: 'Reading' });

export const alertSchema = z
  .object({
    /** `A-1042`; absent while it is only pending. */
    alert: z.string().optional(),
    rule: z.string(),
    group: z.array(z.string()),
    severity: z.string(),
    state: z.enum(['pending', 'firing', 'resolving', 'resolved']),
    since: z.string(),
    sinceMs: z.number(),
    reason: z.string(),
    flapping: z.boolean(),
  })
  .meta({ id: 'Alert' });

export const planStatusSchema = z
  .object({
    plan: z.string(),
    title: z.string(),
    version: z.number(),
    phase: z.string().optional(),
    launchedAt: z.string().optional(),
    signals: z.array(readingSchema),
    alerts: z.array(alertSchema),
    notifications: z.record(z.string(), z.number()),
    /** What people have to know about Watchbill itself: the core's lag, a silent executor. */
    notices: z.array(z.string()),
    watermarkAgeMs: z.number().optional(),
    coreLagMs: z.number(),
  })
  .meta({ id: 'PlanStatus' });

export const intakeStatusSchema = z
  .object({
    connected: z.boolean(),
    ready: z.boolean(),
    reasons: z.array(z.string()),
    spoolBytes: z.number(),
    segmentsWaiting: z.number(),
    accepted: z.number(),
    rejected: z.record(z.string(), z.record(z.string(), z.number())),
    loaderProblem: z.string().optional(),
  })
  .meta({ id: 'IntakeStatus' });

export const statusSchema = z
  .object({
    version: z.string(),
    at: z.string(),
    ready: z.boolean(),
    reasons: z.array(z.string()),
    intake: intakeStatusSchema,
    plans: z.array(planStatusSchema),
  })
  .meta({ id: 'Status' });

export const getStatus = declareRoute({
  method: 'get',
  path: '/status',
  permission: 'read',
  scope: 'self',
  summary:
    'Every signal and group with value, unit, sample size, state and age; every alert with state, since and reason. Only plans that the caller may read.',
  query: z.object({ plan: z.string().optional() }),
  answer: statusSchema,
});

export type StatusAnswer = z.infer<typeof statusSchema>;
export type PlanStatusAnswer = z.infer<typeof planStatusSchema>;
export type ReadingAnswer = z.infer<typeof readingSchema>;
export type AlertAnswer = z.infer<typeof alertSchema>;
