import { z } from 'zod';
import { factSchema } from './journal.ts';
import { planParameter } from './parameters.ts';
import { declareRoute } from './route.ts';

/**
 * How a figure stands: against its bands, or why it cannot be held against them. `open`: a value so far, since its window reaches back to
 * before anything was received. `not evaluated`: nobody reads it now, since intake is away.
 */
export const figureStateSchema = z.enum([
  'on target',
  'off target',
  'warning',
  'critical',
  'no data',
  'too few',
  'open',
  'target unset',
  'no objective',
  'not evaluated',
]);

/** The values that a figure counts, for `duplicates` and `missing`: some of them, and how many there are beside these. */
export const countedKeysSchema = z.object({ shown: z.array(z.string()), more: z.number() }).meta({ id: 'CountedKeys' });

/** One figure: signal and group are its key. Its unit, bands and sample size needed stand in the plan's overview. */
export const liveReadingSchema = z
  .object({
    signal: z.string(),
    /** Values of the fields that it is grouped by, in their order; empty for a figure without groups. */
    group: z.array(z.string()),
    state: figureStateSchema,
    /** In base units; also with `too few`, where it is shown and never judged. */
    value: z.number().optional(),
    sampleSize: z.number(),
    /** Set with `too few`: how many there must be. */
    needed: z.number().optional(),
    /** Why there is no value. */
    reason: z.string().optional(),
    /** Set of a value so far, whatever the state: when its window will be full. */
    fullAt: z.string().optional(),
    keys: countedKeysSchema.optional(),
    /** Since when it reads so. Up to when it was looked at is the plan's `watermark`: the age of every figure counts from there. */
    since: z.string(),
  })
  .meta({ id: 'LiveReading' });

/** One alert, or a rule that is only pending yet. */
export const liveAlertSchema = z
  .object({
    /** Its id; of what is only pending, rule and group, such as `errors-high ["/orders"]`. */
    key: z.string(),
    /** `A-1042`; absent while it is only pending. */
    alert: z.string().optional(),
    rule: z.string(),
    group: z.array(z.string()),
    severity: z.string(),
    state: z.enum(['pending', 'firing', 'resolving', 'resolved']),
    /** Since when it is in this state. */
    since: z.string(),
    /** When it began to fire; absent while pending. */
    openedAt: z.string().optional(),
    reason: z.string(),
    flapping: z.boolean(),
    /** For commands about it; absent while pending. */
    version: z.number().optional(),
    acknowledged: z.object({ by: z.string(), at: z.string(), via: z.string() }).optional(),
    /** The service that its own one needs and that is down, while nobody was told of it for that. */
    needsDown: z.string().optional(),
  })
  .meta({ id: 'LiveAlert' });

/** A time in which alerts are told to nobody. */
export const liveSilenceSchema = z
  .object({
    /** `S-7`. */
    silence: z.string(),
    /** Every rule when absent. */
    rule: z.string().optional(),
    /** Every group when absent. */
    group: z.array(z.string()).optional(),
    from: z.string(),
    until: z.string(),
    reason: z.string(),
    by: z.string(),
    version: z.number(),
  })
  .meta({ id: 'LiveSilence' });

/** What of a plan is one value, and is sent whole whenever any of it changes. */
export const livePlanSchema = z
  .object({
    version: z.number(),
    phase: z.string().optional(),
    /** T+0, when it is known. */
    launchedAt: z.string().optional(),
    /** False while the plan is not held by this server: nothing of it is judged then. */
    running: z.boolean(),
    intakeConnected: z.boolean(),
    /** Notifications by state, such as `pending`, `accepted`, `failed`. */
    notifications: z.record(z.string(), z.number()),
    /** What people have to know about Watchbill itself, a sentence each. */
    notices: z.array(z.string()),
    /** Those that last. */
    silences: z.array(liveSilenceSchema),
    /**
     * Names of enabled rules in force that cannot be judged: what they test has had no data in any group for longer than a minute, although
     * the plan receives events.
     */
    unjudged: z.array(z.string()),
  })
  .meta({ id: 'LivePlan' });

/** The event `status`: everything, on every connection, before anything else. */
export const liveStatusSchema = z
  .object({
    /** The server's instant: how far the reader's clock is off. */
    at: z.string(),
    /** Up to when everything has been judged; absent while nothing is. */
    watermark: z.string().optional(),
    /** How far the core is behind. */
    lagMs: z.number(),
    plan: livePlanSchema,
    readings: z.array(liveReadingSchema),
    alerts: z.array(liveAlertSchema),
    /** The last fact that is not sent any more: those after it follow as events `fact`. */
    lastFact: z.number(),
  })
  .meta({ id: 'LiveStatus' });

/** The event `change`: only what is other than before. It comes at least once a second, so that `watermark` tells a silent server from a calm one. */
export const liveChangeSchema = z
  .object({
    at: z.string(),
    watermark: z.string().optional(),
    lagMs: z.number(),
    plan: livePlanSchema.optional(),
    /** New or changed. */
    readings: z.array(liveReadingSchema).optional(),
    /** Groups that are not there any more. */
    readingsGone: z.array(z.object({ signal: z.string(), group: z.array(z.string()) })).optional(),
    /** New or changed. */
    alerts: z.array(liveAlertSchema).optional(),
    /** Keys of alerts that are over for good, or whose pending came to nothing. */
    alertsGone: z.array(z.string()).optional(),
  })
  .meta({ id: 'LiveChange' });

/** One message of the stream. */
export const liveMessageSchema = z
  .discriminatedUnion('event', [
    z.object({ event: z.literal('status'), data: liveStatusSchema }),
    z.object({ event: z.literal('change'), data: liveChangeSchema }),
    z.object({ event: z.literal('fact'), data: factSchema }),
    /** The last one: why the server ends the stream. After `session-ended` it makes no sense to connect again. */
    z.object({
      event: z.literal('end'),
      data: z.object({ reason: z.enum(['session-ended', 'too-slow', 'server-stops', 'plan-gone']) }),
    }),
  ])
  .meta({ id: 'LiveMessage' });

export const followPlan = declareRoute({
  method: 'get',
  path: '/plans/{plan}/live',
  permission: 'read',
  scope: 'plan',
  summary:
    'The plan as it lives: server-sent events `status` (whole), `change` (what is other than before), `fact` (its id is the sequence) and `end`. `Last-Event-ID` resumes the facts.',
  params: planParameter,
  answer: liveMessageSchema,
  stream: 'text/event-stream',
});

export type FigureStateAnswer = z.infer<typeof figureStateSchema>;
export type LiveReading = z.infer<typeof liveReadingSchema>;
export type LiveAlert = z.infer<typeof liveAlertSchema>;
export type LiveSilence = z.infer<typeof liveSilenceSchema>;
export type LivePlan = z.infer<typeof livePlanSchema>;
export type LiveStatus = z.infer<typeof liveStatusSchema>;
export type LiveChange = z.infer<typeof liveChangeSchema>;
export type LiveMessage = z.infer<typeof liveMessageSchema>;
