import { z } from 'zod';

/**
 * The shapes of the API on port 4700, shared by the server, its OpenAPI description and the command line. Instants are ISO 8601
 * in UTC; ages and durations are milliseconds.
 */

export const fileSchema = z.object({ path: z.string().min(1).max(1_024), text: z.string() }).strict();

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

export const keySchema = z
  .object({
    id: z.string(),
    plan: z.string(),
    name: z.string(),
    scopes: z.array(z.string()),
    createdAt: z.string(),
    expiresAt: z.string().optional(),
    revokedAt: z.string().optional(),
    lastUsedAt: z.string().optional(),
  })
  .meta({ id: 'Key' });

export const createKeyRequestSchema = z
  .object({ name: z.string().min(1).max(100), expiresInMs: z.number().int().positive().optional() })
  .strict()
  .meta({ id: 'CreateKeyRequest' });

export const createdKeySchema = z
  .object({ key: z.string(), id: z.string(), plan: z.string() })
  .meta({ id: 'CreatedKey' });

export const inboxMessageSchema = z
  .object({
    id: z.string(),
    person: z.string(),
    at: z.string(),
    title: z.string(),
    text: z.string(),
    alert: z.string(),
    /** What it tells: `fired`, `repeated`, `flapping` or `resolved`. */
    step: z.string(),
  })
  .meta({ id: 'InboxMessage' });

export const factSchema = z
  .object({
    sequence: z.number(),
    at: z.string(),
    kind: z.string(),
    subject: z.string(),
    reason: z.string(),
    body: z.record(z.string(), z.unknown()),
  })
  .meta({ id: 'Fact' });

export const explanationSchema = z
  .object({ subject: z.string(), found: z.boolean(), lines: z.array(z.string()), explanation: z.unknown() })
  .meta({ id: 'Explanation' });

export type StatusAnswer = z.infer<typeof statusSchema>;
export type PlanStatusAnswer = z.infer<typeof planStatusSchema>;
export type ReadingAnswer = z.infer<typeof readingSchema>;
export type AlertAnswer = z.infer<typeof alertSchema>;
export type ApplyRequest = z.infer<typeof applyRequestSchema>;
export type ApplyAnswer = z.infer<typeof applyAnswerSchema>;
export type KeyAnswer = z.infer<typeof keySchema>;
export type CreateKeyRequest = z.infer<typeof createKeyRequestSchema>;
export type CreatedKeyAnswer = z.infer<typeof createdKeySchema>;
export type InboxMessageAnswer = z.infer<typeof inboxMessageSchema>;
export type FactAnswer = z.infer<typeof factSchema>;
export type ExplanationAnswer = z.infer<typeof explanationSchema>;
