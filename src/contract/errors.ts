import { z } from 'zod';
import { planParameter } from './parameters.ts';
import { declareRoute } from './route.ts';

export const errorStateSchema = z.enum(['open', 'resolved', 'ignored']);

const fingerprint = z.string().min(1).max(256).describe('A group of errors, by its fingerprint');

const range = {
  /** ISO 8601 instants; the last 24 hours unless given. */
  from: z.iso.datetime({ offset: true }).optional(),
  to: z.iso.datetime({ offset: true }).optional(),
};

/** Counts of errors by step, oldest first. */
const trend = z.object({ start: z.string(), stepMs: z.number(), counts: z.array(z.number()) });

export const errorGroupSchema = z
  .object({
    error: z.string(),
    /** Of the latest error within the range; the type is absent for a message. */
    type: z.string().optional(),
    message: z.string(),
    level: z.string().optional(),
    service: z.string().optional(),
    /** Within the range. */
    count: z.number(),
    /** People concerned, as far as errors say whom they concerned. */
    users: z.number(),
    /** Ever, also when the events of that time are not kept any more. */
    firstSeen: z.string(),
    lastSeen: z.string(),
    /** First seen within the range. */
    isNew: z.boolean(),
    releases: z.array(z.string()),
    environments: z.array(z.string()),
    trend,
    state: errorStateSchema,
    /** When it was seen again after it had been resolved. */
    regressedAt: z.string().optional(),
    changedAt: z.string().optional(),
    changedBy: z.string().optional(),
    /** Resolved, and open again only by a release that was not known then. */
    inNextRelease: z.boolean(),
    /** For commands about it. */
    version: z.number(),
  })
  .meta({ id: 'ErrorGroup' });

export const errorListSchema = z
  .object({
    from: z.string(),
    to: z.string(),
    groups: z.array(errorGroupSchema),
    /** Of all groups that were found, also those beyond the limit. */
    groupsThere: z.number(),
    errors: z.number(),
    /** Values to narrow the list by, the most frequent first. */
    services: z.array(z.string()),
    environments: z.array(z.string()),
    releases: z.array(z.string()),
    levels: z.array(z.string()),
    /** Sealed parts of the spool that wait for the store: their errors are not here yet. */
    segmentsWaiting: z.number(),
  })
  .meta({ id: 'ErrorList' });

export const errorDetailSchema = z
  .object({
    from: z.string(),
    to: z.string(),
    group: errorGroupSchema,
    /** The latest errors within the range, newest first. */
    latest: z.array(
      z.object({
        id: z.string(),
        at: z.string(),
        user: z.string().optional(),
        attributes: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
      }),
    ),
    /** Values of fields and tags, by how many errors have them. */
    values: z.array(
      z.object({
        field: z.string(),
        errors: z.number(),
        values: z.array(z.object({ value: z.string(), errors: z.number() })),
      }),
    ),
    /** The one seen last first. */
    releases: z.array(
      z.object({ release: z.string(), count: z.number(), users: z.number(), first: z.string(), last: z.string() }),
    ),
  })
  .meta({ id: 'ErrorDetail' });

export const errorChangeSchema = z
  .object({
    error: z.string(),
    state: errorStateSchema,
    inNextRelease: z.boolean(),
    changedAt: z.string(),
    changedBy: z.string(),
    version: z.number(),
  })
  .meta({ id: 'ErrorChange' });

export const listErrors = declareRoute({
  method: 'get',
  path: '/plans/{plan}/errors',
  permission: 'read',
  scope: 'plan',
  summary:
    'Groups of errors of a time, with counts, people concerned and trend. 503 `telemetry-away` while the telemetry store does not answer.',
  params: planParameter,
  query: z.object({
    ...range,
    state: errorStateSchema.optional(),
    service: z.string().max(256).optional(),
    environment: z.string().max(256).optional(),
    release: z.string().max(256).optional(),
    level: z.string().max(50).optional(),
    /** In the type or the message, whatever the case of its letters. */
    text: z.string().max(500).optional(),
    sort: z.enum(['last', 'count', 'users', 'first']).default('last'),
    limit: z.coerce.number().int().min(1).max(200).default(50),
  }),
  answer: errorListSchema,
});

export const getError = declareRoute({
  method: 'get',
  path: '/plans/{plan}/errors/{error}',
  permission: 'read',
  scope: 'plan',
  summary: 'One group of errors: its latest errors with their stacks, its values, its releases.',
  params: planParameter.extend({ error: fingerprint }),
  query: z.object(range),
  answer: errorDetailSchema,
});

export const changeError = declareRoute({
  method: 'post',
  path: '/plans/{plan}/errors/{error}/state',
  permission: 'respond',
  scope: 'plan',
  summary: 'Resolve a group of errors, ignore it, or open it again.',
  params: planParameter.extend({ error: fingerprint }),
  body: z
    .object({
      state: errorStateSchema,
      /** Of `resolved`: errors of releases that are known by now do not open it again. */
      inNextRelease: z.boolean().optional(),
      expectedVersion: z.number().int().min(1),
    })
    .strict()
    .meta({ id: 'ChangeErrorRequest' }),
  answer: errorChangeSchema,
});

export type ErrorGroupAnswer = z.infer<typeof errorGroupSchema>;
export type ErrorListAnswer = z.infer<typeof errorListSchema>;
export type ErrorDetailAnswer = z.infer<typeof errorDetailSchema>;
export type ErrorStateAnswer = z.infer<typeof errorChangeSchema>;
