import { z } from 'zod';
import { declareRoute } from './route.ts';

/** A figure over the last hour, a point every `stepMs`, newest last; null where it was not known. */
export const historySchema = z.array(z.number().nullable());

export const processHealthSchema = z
  .object({
    name: z.enum(['core', 'intake', 'prober', 'telemetry store', 'PostgreSQL', 'supervisor']),
    /** `outside`: not one of ours, so only whether it answers is known. */
    state: z.enum(['running', 'starting', 'ended', 'outside']),
    startedAt: z.string().optional(),
    /** How often it was started again since the supervisor started. */
    restarts: z.number().optional(),
    /** Proportional share of memory where the system says it, else resident. */
    memoryBytes: z.number().optional(),
    /** 99th percentile of the delay of its event loop over the last 10 seconds. */
    eventLoopDelayMs: z.number().optional(),
  })
  .meta({ id: 'ProcessHealth' });

export const storeHealthSchema = z
  .object({
    name: z.enum(['PostgreSQL', 'telemetry store']),
    answers: z.boolean(),
    /** Of the simplest query. */
    latencyMs: z.number().optional(),
    bytes: z.number().optional(),
    /** Number of the last migration that was applied. */
    migration: z.number().optional(),
    version: z.string().optional(),
    problem: z.string().optional(),
  })
  .meta({ id: 'StoreHealth' });

export const healthSchema = z
  .object({
    version: z.string(),
    at: z.string(),
    /** When the supervisor started. */
    startedAt: z.string(),
    uptimeMs: z.number(),
    ready: z.boolean(),
    /** Why it is not ready, and what else people have to know: a sentence each. */
    reasons: z.array(z.string()),
    notices: z.array(z.object({ plan: z.string().optional(), text: z.string() })),
    processes: z.array(processHealthSchema),
    stores: z.array(storeHealthSchema),
    intake: z.object({
      connected: z.boolean(),
      spoolBytes: z.number().optional(),
      spoolBytesLimit: z.number(),
      segmentsWaiting: z.number().optional(),
      oldestWaitingAt: z.string().optional(),
      acceptedPerSecond: z.number().optional(),
      rejectedPerSecond: z.number().optional(),
    }),
    plans: z.array(
      z.object({
        plan: z.string(),
        running: z.boolean(),
        lagMs: z.number(),
        watermark: z.string().optional(),
        openAlerts: z.number(),
        /** Notifications by state. */
        notifications: z.record(z.string(), z.number()),
        /** When a message was taken by its provider last. */
        lastDeliveryAt: z.string().optional(),
        /** Pages that follow it live. */
        followers: z.number(),
      }),
    ),
    disk: z.object({ freeBytes: z.number(), totalBytes: z.number() }).optional(),
    history: z.object({
      stepMs: z.number(),
      /** Instant of the newest point. */
      until: z.string(),
      acceptedPerSecond: historySchema,
      rejectedPerSecond: historySchema,
      spoolBytes: historySchema,
      lagMs: historySchema,
      watermarkAgeMs: historySchema,
      coreEventLoopDelayMs: historySchema,
      postgresLatencyMs: historySchema,
      telemetryLatencyMs: historySchema,
    }),
  })
  .meta({ id: 'HealthReport' });

export const getHealth = declareRoute({
  method: 'get',
  path: '/health',
  permission: 'read',
  scope: 'self',
  summary:
    "How Watchbill itself is: processes, stores, intake, the core's lag, memory, disk. Only plans that the caller may read.",
  answer: healthSchema,
});

export type ProcessHealthAnswer = z.infer<typeof processHealthSchema>;
export type StoreHealthAnswer = z.infer<typeof storeHealthSchema>;
export type HealthAnswer = z.infer<typeof healthSchema>;
