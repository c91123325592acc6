import { z } from 'zod';
import { factSchema } from './journal.ts';
import { countedKeysSchema } from './live.ts';
import { planParameter } from './parameters.ts';
import { declareRoute } from './route.ts';

/** Of a page: give `next` of the page before as `before`. */
export const pageQuery = {
  before: z.coerce.number().int().min(1).optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
};

const alertId = z
  .string()
  .regex(/^A-\d{1,15}$/)
  .describe('An alert, such as `A-1042`');

export const acknowledgementSchema = z
  .object({ by: z.string(), at: z.string(), via: z.enum(['web', 'link', 'api', 'cli']) })
  .meta({ id: 'Acknowledgement' });

export const alertSummarySchema = z
  .object({
    alert: z.string(),
    rule: z.string(),
    /** Values of the fields that the rule is grouped by, in their order. */
    group: z.array(z.string()),
    severity: z.string(),
    /** `resolving`: its condition is false and it waits out the rule's time before it ends. */
    state: z.enum(['firing', 'resolving', 'resolved']),
    openedAt: z.string(),
    resolvedAt: z.string().optional(),
    /** A reason, such as `condition-false`. */
    resolvedBecause: z.string().optional(),
    /** For commands about it. */
    version: z.number(),
    acknowledged: acknowledgementSchema.optional(),
    /** What keeps it quiet now; empty when nothing does, and when it has ended. */
    silences: z.array(
      z.object({ silence: z.string(), until: z.string(), by: z.string(), reason: z.string(), version: z.number() }),
    ),
    flapping: z.boolean(),
    /** Whether anybody was told that it fires. */
    told: z.boolean(),
    /** Nobody was told, because this service is down, which its own needs; `by` are the alerts that say so. */
    needsDown: z.object({ service: z.string(), by: z.array(z.string()) }).optional(),
    /** When it is told again, if nothing changes. */
    repeatAt: z.string().optional(),
    /** The plan version whose recipients it has. */
    planVersion: z.number(),
  })
  .meta({ id: 'AlertSummary' });

export const alertPageSchema = z
  .object({ alerts: z.array(alertSummarySchema), next: z.number().optional() })
  .meta({ id: 'AlertPage' });

export const evidenceSchema = z
  .object({
    /** The test as written, such as `error_rate > 5%`. */
    text: z.string(),
    /** Names of the signals that it reads; none for a test of events, such as `no requests in 10s`. */
    signals: z.array(z.string()),
    /** When it holds its one signal, as that is, against one limit: how. */
    operator: z.enum(['<', '<=', '>', '>=', '=', '!=']).optional(),
    truth: z.enum(['true', 'false', 'unknown']),
    state: z.enum(['value', 'no data', 'too few']),
    /** In base units; also with `too few`. */
    value: z.number().optional(),
    /** The value as people read it, or `-`. */
    shown: z.string(),
    sampleSize: z.number(),
    needed: z.number().optional(),
    /** Why there is no value. */
    reason: z.string().optional(),
    /** What it was held against. */
    against: z.array(z.object({ value: z.number(), shown: z.string() })),
    unit: z.string(),
    keys: countedKeysSchema.optional(),
    /** Since when it has this truth. */
    since: z.string().optional(),
  })
  .meta({ id: 'Evidence' });

export const deliveryStateSchema = z.enum([
  'pending',
  'leased',
  'accepted',
  'delivered',
  'retry_at',
  'failed',
  'unknown',
]);

/** One message to one recipient by one channel, and how it stands. */
export const deliverySchema = z
  .object({
    id: z.string(),
    alert: z.string(),
    rule: z.string(),
    severity: z.string(),
    step: z.enum(['fired', 'repeated', 'flapping', 'resolved']),
    /** 0 for the first message of the alert, n for its nth repeat. */
    cycle: z.number(),
    /** A person, or an address as the plan writes it. */
    recipient: z.string(),
    channel: z.string(),
    /** `leased`: an attempt runs. `retry_at`: the last one failed and another follows. `accepted`: the provider has it. */
    state: deliveryStateSchema,
    createdAt: z.string(),
    settledAt: z.string().optional(),
    retryAt: z.string().optional(),
    attemptCount: z.number(),
    /** An attempt ended without a result, so it may have arrived twice. */
    mayRepeat: z.boolean(),
    /** What the provider gave for it. */
    receipt: z.string().optional(),
    problem: z.string().optional(),
  })
  .meta({ id: 'Delivery' });

export const alertDetailSchema = z
  .object({
    alert: alertSummarySchema,
    /** As the plan in force has it; absent when it has the rule no more. */
    condition: z.string().optional(),
    runbook: z.string().optional(),
    /** The readings that fired it. */
    evidence: z.array(evidenceSchema),
    /** The readings that ended it. */
    resolvedEvidence: z.array(evidenceSchema).optional(),
    /** Everything that happened to it, oldest first, each with its reason in words. */
    timeline: z.array(factSchema.extend({ reasonText: z.string() })),
    notifications: z.array(
      deliverySchema.extend({
        attempts: z.array(
          z.object({
            attempt: z.number(),
            startedAt: z.string(),
            /** Absent while it runs. */
            endedAt: z.string().optional(),
            outcome: z.enum(['accepted', 'delivered', 'retry_at', 'failed', 'unknown']).optional(),
            problem: z.string().optional(),
          }),
        ),
      }),
    ),
    /** Why it fired and ended, who was told and who was not: as `explain` says it. */
    explanation: z.array(z.string()),
  })
  .meta({ id: 'AlertDetail' });

export const listAlerts = declareRoute({
  method: 'get',
  path: '/plans/{plan}/alerts',
  permission: 'read',
  scope: 'plan',
  summary: 'Alerts, open and over, the newest first.',
  params: planParameter,
  query: z.object({
    state: z.enum(['open', 'resolved']).optional(),
    rule: z.string().max(200).optional(),
    severity: z.string().max(200).optional(),
    ...pageQuery,
  }),
  answer: alertPageSchema,
});

export const getAlert = declareRoute({
  method: 'get',
  path: '/plans/{plan}/alerts/{alert}',
  permission: 'read',
  scope: 'plan',
  summary: 'One alert with its readings, its timeline and every message with every attempt.',
  params: planParameter.extend({ alert: alertId }),
  answer: alertDetailSchema,
});

export const acknowledgeAlert = declareRoute({
  method: 'post',
  path: '/plans/{plan}/alerts/{alert}/acknowledge',
  permission: 'respond',
  scope: 'plan',
  summary: 'Take care of an alert: nothing more is told of it but its end.',
  params: planParameter.extend({ alert: alertId }),
  body: z
    .object({
      /** The version of the alert that its author saw. */
      expectedVersion: z.number().int().min(1),
    })
    .strict()
    .meta({ id: 'AcknowledgeRequest' }),
  answer: alertSummarySchema,
});

export type AlertSummary = z.infer<typeof alertSummarySchema>;
export type AlertPage = z.infer<typeof alertPageSchema>;
export type AlertDetailAnswer = z.infer<typeof alertDetailSchema>;
export type EvidenceAnswer = z.infer<typeof evidenceSchema>;
export type DeliveryAnswer = z.infer<typeof deliverySchema>;
