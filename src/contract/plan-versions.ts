import { z } from 'zod';
import { planParameter } from './parameters.ts';
import { applyAnswerSchema, fileSchema } from './plans.ts';
import { declareRoute } from './route.ts';

export const planVersionSchema = z
  .object({
    version: z.number(),
    appliedAt: z.string(),
    /** Who applied it. */
    by: z.string(),
  })
  .meta({ id: 'PlanVersion' });

export const listPlanVersions = declareRoute({
  method: 'get',
  path: '/plans/{plan}/versions',
  permission: 'read',
  scope: 'plan',
  summary: 'The versions of a plan, newest first, without their texts.',
  params: planParameter,
  answer: z.object({
    /** The one in force. */
    current: z.number(),
    versions: z.array(planVersionSchema),
  }),
});

export const getPlanVersion = declareRoute({
  method: 'get',
  path: '/plans/{plan}/versions/{version}',
  permission: 'read',
  scope: 'plan',
  summary: 'One version of a plan with its files; `current` is the one in force.',
  params: planParameter.extend({ version: z.union([z.literal('current'), z.coerce.number().int().min(1)]) }),
  answer: planVersionSchema.extend({ files: z.array(fileSchema) }).meta({ id: 'PlanVersionWithFiles' }),
});

export const applyPlanVersion = declareRoute({
  method: 'post',
  path: '/plans/{plan}/versions',
  permission: 'edit',
  scope: 'plan',
  summary: 'Apply the next version of a plan, or with `preview` say what applying it would do.',
  params: planParameter,
  body: z
    .object({
      files: z.array(fileSchema).min(1).max(64),
      /** The version that the author has seen. */
      expectedVersion: z.number().int().min(1),
      /** Only say what would happen. */
      preview: z.boolean().default(false),
    })
    .strict()
    .meta({ id: 'ApplyVersionRequest' }),
  answer: applyAnswerSchema,
});

const launchAnswerSchema = z.object({ launchedAt: z.string() }).meta({ id: 'LaunchAnswer' });

export const launchPlan = declareRoute({
  method: 'post',
  path: '/plans/{plan}/launch',
  permission: 'edit',
  scope: 'plan',
  summary: 'Set T+0 to now, for a plan that is launched on command. It happens once.',
  params: planParameter,
  body: z.object({ expectedVersion: z.number().int().min(1) }).strict(),
  answer: launchAnswerSchema,
});

export type LaunchAnswer = z.infer<typeof launchAnswerSchema>;
export type PlanVersionWithFiles = z.infer<typeof getPlanVersion.answer>;
export type PlanVersionsAnswer = z.infer<typeof listPlanVersions.answer>;
export type ApplyVersionRequest = z.output<typeof applyPlanVersion.body>;
