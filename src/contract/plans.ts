import { z } from 'zod';
import { declareRoute } from './route.ts';

export const fileSchema = z.object({ path: z.string().min(1).max(1_024), text: z.string() }).strict();

export const diagnosticSchema = z
  .object({
    code: z.string(),
    severity: z.enum(['error', 'warning', 'hint']),
    path: z.string(),
    line: z.number(),
    column: z.number(),
    endLine: z.number(),
    endColumn: z.number(),
    message: z.string(),
    hint: z.string().optional(),
  })
  .meta({ id: 'Diagnostic' });

export const applyRequestSchema = z
  .object({
    files: z.array(fileSchema).min(1).max(64),
    /** The version that the author has seen; 0 for a plan that is not there yet. Left out, it is not checked. */
    expectedVersion: z.number().int().min(0).optional(),
    /** Only say what would happen. */
    preview: z.boolean().default(false),
  })
  .strict()
  .meta({ id: 'ApplyRequest' });

export const applyAnswerSchema = z
  .object({
    plan: z.string(),
    /** The version that it is now, or would be. */
    version: z.number(),
    applied: z.boolean(),
    /** False when the text is what runs already. */
    changed: z.boolean(),
    diagnostics: z.array(diagnosticSchema),
    /** What happens to what runs: a sentence each. */
    effects: z.array(z.string()),
  })
  .meta({ id: 'ApplyAnswer' });

export const applyPlan = declareRoute({
  method: 'post',
  path: '/plans',
  permission: 'edit',
  scope: 'server',
  summary: 'Apply a plan, or with `preview` say what applying it would do.',
  body: applyRequestSchema,
  answer: applyAnswerSchema,
});

export type ApplyRequest = z.infer<typeof applyRequestSchema>;
export type ApplyAnswer = z.infer<typeof applyAnswerSchema>;
