import { z } from 'zod';
import { planParameter } from './parameters.ts';
import { declareRoute } from './route.ts';

const attributeSchema = z.union([z.string(), z.number(), z.boolean()]);

/** One event as it was taken in. */
export const storedEventSchema = z
  .object({
    id: z.string(),
    name: z.string(),
    time: z.string(),
    receivedAt: z.string(),
    user: z.string().optional(),
    durationMs: z.number().optional(),
    value: z.number().optional(),
    attributes: z.record(z.string(), attributeSchema),
  })
  .meta({ id: 'StoredEvent' });

export const eventPageSchema = z
  .object({
    /** Newest first, by their own time. */
    events: z.array(storedEventSchema),
    /** Give it as `before` for the page that follows; absent at the end. */
    next: z.string().optional(),
    /** Events that were taken in and are not in the telemetry store yet: sealed segments that wait. */
    segmentsWaiting: z.number(),
  })
  .meta({ id: 'EventPage' });

export const eventFieldSchema = z
  .object({
    name: z.string(),
    type: z.enum(['text', 'number', 'boolean']),
    /** A value of one of the latest events, cut to 200 characters. */
    example: attributeSchema.optional(),
    /** The plan's unit of it, when it has one. */
    unit: z.string().optional(),
    /** In what share of the latest events of this name it was. */
    share: z.number(),
  })
  .meta({ id: 'EventField' });

export const eventFieldsSchema = z
  .object({
    /** Most frequent first. */
    events: z.array(
      z.object({
        name: z.string(),
        /** In the last 24 hours. */
        count: z.number(),
        lastAt: z.string(),
        /** Sources of the plan that read events of this name. */
        sources: z.array(z.string()),
        /** Probes that such an event confirms. */
        probes: z.array(z.string()),
        /** Written by Watchbill itself: what it decides comes as events too. */
        own: z.boolean(),
        fields: z.array(eventFieldSchema),
      }),
    ),
    /** Fields whose type is fixed and that none of the latest events had; at most 200. */
    unused: z.array(z.object({ name: z.string(), type: z.enum(['text', 'number', 'boolean']) })),
    /** Events that the plan reads and that did not come in the last 24 hours. */
    awaited: z.array(z.object({ name: z.string(), sources: z.array(z.string()) })),
  })
  .meta({ id: 'EventFields' });

export const rejectionSchema = z
  .object({
    /** As in the answer to who sent it; see the list of errors. */
    code: z.string(),
    count: z.number(),
    lastAt: z.string().optional(),
    /** What the last sender was told; cut to 200 characters. */
    example: z.string().optional(),
    hint: z.string(),
  })
  .meta({ id: 'Rejection' });

export const rejectionsSchema = z
  .object({
    /** When intake began to count; it begins anew when it starts. */
    since: z.string().optional(),
    /** False while intake does not answer: nothing is known then. */
    known: z.boolean(),
    /** Records and points. */
    accepted: z.number(),
    /** Points among them, and the series that are alive, of which a plan may have so many. */
    samples: z.object({ accepted: z.number(), series: z.number(), mostSeries: z.number() }),
    /** Where senders reach intake: as it was started with, else the address that it listens on. */
    intakeUrl: z.string(),
    /** Most frequent first. */
    rejections: z.array(rejectionSchema),
    /** Limits that are being hit now: requests refused again and again. */
    floods: z.array(
      z.object({
        code: z.string(),
        since: z.string(),
        /** Requests since then, and in the last second. */
        refused: z.number(),
        perSecond: z.number(),
        example: z.string(),
      }),
    ),
    /** Senders, by the id of their key, whose clock differs from ours by the same time in one request after another. */
    wrongClocks: z.array(
      z.object({
        key: z.string(),
        /** Negative when it is behind. */
        aheadMs: z.number(),
        lastAt: z.string(),
      }),
    ),
    /** What the scrub list took out of which fields of records that were taken. */
    scrubbed: z.array(z.object({ field: z.string(), count: z.number(), lastAt: z.string() })),
  })
  .meta({ id: 'Rejections' });

export const eventRatesSchema = z
  .object({
    from: z.string(),
    stepMs: z.number(),
    /** Taken in for each step, the last one still running; most frequent first. */
    events: z.array(z.object({ name: z.string(), counts: z.array(z.number()) })),
  })
  .meta({ id: 'EventRates' });

export const listEvents = declareRoute({
  method: 'get',
  path: '/plans/{plan}/data/events',
  permission: 'read',
  scope: 'plan',
  summary: 'The latest events with all their attributes, newest first.',
  params: planParameter,
  query: z.object({
    name: z.string().min(1).max(256).optional(),
    before: z.string().max(200).optional(),
    limit: z.coerce.number().int().min(1).max(200).default(50),
  }),
  answer: eventPageSchema,
});

export const listFields = declareRoute({
  method: 'get',
  path: '/plans/{plan}/data/fields',
  permission: 'read',
  scope: 'plan',
  summary: 'Which events came in the last 24 hours, how many, and their fields with type and an example.',
  params: planParameter,
  answer: eventFieldsSchema,
});

export const listRejections = declareRoute({
  method: 'get',
  path: '/plans/{plan}/data/rejections',
  permission: 'read',
  scope: 'plan',
  summary: 'What was refused, by reason, with the last instant and an example.',
  params: planParameter,
  answer: rejectionsSchema,
});

export const listEventRates = declareRoute({
  method: 'get',
  path: '/plans/{plan}/data/rates',
  permission: 'read',
  scope: 'plan',
  summary: 'How many events of each name came every 10 seconds of the last hour.',
  params: planParameter,
  answer: eventRatesSchema,
});

export type StoredEventAnswer = z.infer<typeof storedEventSchema>;
export type EventPageAnswer = z.infer<typeof eventPageSchema>;
export type EventFieldAnswer = z.infer<typeof eventFieldSchema>;
export type EventFieldsAnswer = z.infer<typeof eventFieldsSchema>;
export type RejectionsAnswer = z.infer<typeof rejectionsSchema>;
export type EventRatesAnswer = z.infer<typeof eventRatesSchema>;
