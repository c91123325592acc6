import { z } from 'zod';
import { errorBudgetSchema } from './error-budget.ts';
import { planParameter } from './parameters.ts';
import { declareRoute } from './route.ts';

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
  .object({
    subject: z.string(),
    found: z.boolean(),
    /** When nothing is found, what may be meant. */
    lines: z.array(z.string()),
    /** Of the signals that the rule reads, or whose burn it reads; the last lines say the same. */
    budgets: z.array(errorBudgetSchema.extend({ signal: z.string() })),
    explanation: z.unknown(),
  })
  .meta({ id: 'Explanation' });

export const explainSubject = declareRoute({
  method: 'get',
  path: '/plans/{plan}/explain/{subject}',
  permission: 'read',
  scope: 'plan',
  summary: 'Why an alert fired and who was told, or why a rule did not.',
  params: planParameter.extend({ subject: z.string().min(1).max(300) }),
  answer: explanationSchema,
});

export const listFacts = declareRoute({
  method: 'get',
  path: '/plans/{plan}/facts',
  permission: 'read',
  scope: 'plan',
  summary: 'The journal, oldest first.',
  params: planParameter,
  query: z.object({
    after: z.coerce.number().int().min(0).default(0),
    limit: z.coerce.number().int().min(1).max(1_000).default(100),
    subject: z.string().optional(),
  }),
  answer: z.array(factSchema),
});

export const listInbox = declareRoute({
  method: 'get',
  path: '/plans/{plan}/inbox',
  permission: 'read',
  scope: 'plan',
  summary: 'Messages in the inbox, newest first.',
  params: planParameter,
  query: z.object({ person: z.string().optional(), limit: z.coerce.number().int().min(1).max(100_000).default(100) }),
  answer: z.array(inboxMessageSchema),
});

export type InboxMessageAnswer = z.infer<typeof inboxMessageSchema>;
export type FactAnswer = z.infer<typeof factSchema>;
export type ExplanationAnswer = z.infer<typeof explanationSchema>;
