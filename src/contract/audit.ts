import { z } from 'zod';
import { declareRoute } from './route.ts';

export const auditEntrySchema = z
  .object({
    sequence: z.number(),
    at: z.string(),
    /** `session`, `token`, `admin-token`, `link` of a message, or `nobody` for who showed no credential that is good. */
    actorKind: z.string(),
    actor: z.string(),
    actorId: z.string().optional(),
    /** Method and path of the route. */
    action: z.string(),
    plan: z.string().optional(),
    object: z.string().optional(),
    /** `begun` is written before a command acts, the others after it. */
    outcome: z.enum(['begun', 'done', 'refused', 'failed']),
    /** Why not, as in the answer. */
    code: z.string().optional(),
    before: z.unknown().optional(),
    after: z.unknown().optional(),
    address: z.string(),
    requestId: z.string(),
  })
  .meta({ id: 'AuditEntry' });

/** Whether the entries are those that were written: each one's hash covers it and the one before. */
export const auditVerificationSchema = z
  .object({
    intact: z.boolean(),
    /** How many entries were looked at. */
    checked: z.number(),
    /** The first entry that is not as it was written, or before which one is missing. */
    brokenAt: z.number().optional(),
  })
  .meta({ id: 'AuditVerification' });

export const listAudit = declareRoute({
  method: 'get',
  path: '/audit',
  permission: 'audit',
  scope: 'server',
  summary: 'Who did what, the newest first, with the result of verifying these entries.',
  query: z.object({
    /** Entries before this sequence: of the last entry of the page before. */
    before: z.coerce.number().int().min(1).optional(),
    limit: z.coerce.number().int().min(1).max(500).default(100),
  }),
  answer: z
    .object({ entries: z.array(auditEntrySchema), verification: auditVerificationSchema, more: z.boolean() })
    .meta({ id: 'AuditPage' }),
});

export const verifyAudit = declareRoute({
  method: 'get',
  path: '/audit/verification',
  permission: 'audit',
  scope: 'server',
  summary: 'Verify the whole audit log, from its first entry to its last.',
  answer: auditVerificationSchema,
});

export type AuditEntryAnswer = z.infer<typeof auditEntrySchema>;
export type AuditVerificationAnswer = z.infer<typeof auditVerificationSchema>;
export type AuditPageAnswer = z.infer<(typeof listAudit)['answer']>;
