import { z } from 'zod';
import { limits } from '#kernel/limits.ts';
import { acknowledgementSchema } from './alerts.ts';
import { planParameter } from './parameters.ts';
import { declareRoute } from './route.ts';
import { askedSchema, expectedVersionSchema, fieldValueSchema, noteSchema } from './vouching.ts';

const comparisonParameter = planParameter.extend({
  comparison: z.string().min(1).max(200).describe('A comparison of the plan'),
});

export const comparisonSchema = z
  .object({
    name: z.string(),
    ...askedSchema,
    /** The field of the events, and the column of the list, that names a row. */
    key: z.string(),
    /** Fields and columns that are compared. */
    fields: z.array(z.string()),
    /** `waiting`: no list has been compared. `not-applicable`: there is none. */
    state: z.enum(['waiting', 'equal', 'different', 'settled', 'not-applicable']),
    /** Who said so. */
    said: acknowledgementSchema.extend({ note: z.string().optional() }).optional(),
    /** Rows of the latest list. */
    rows: z.number(),
    /** Keys that differ, of the latest list and of those in `open`. */
    differences: z.number(),
    /** Earlier lists, of other times than the latest, of which nobody has settled what differs. */
    open: z.array(
      z.object({ from: z.string(), to: z.string(), differences: z.number(), by: z.string(), at: z.string() }),
    ),
    /** For commands about it; 0 while nobody has said anything. */
    version: z.number(),
  })
  .meta({ id: 'Comparison' });

export const differenceSchema = z
  .object({
    /** `repeated`: one side or both have the key more than once. */
    kind: z.enum(['different', 'only-in-list', 'only-in-system', 'repeated']),
    key: z.string(),
    /** Lines of the list that have it, and events, the first ones; then how many there are. */
    lines: z.array(z.number()),
    events: z.array(z.string()),
    inList: z.number(),
    inSystem: z.number(),
    /** Of the first event. */
    at: z.string().optional(),
    /** Those that differ; of what stands on one side only, all. */
    values: z.array(z.object({ field: z.string(), list: z.string().optional(), system: fieldValueSchema.optional() })),
  })
  .meta({ id: 'ListDifference' });

export const comparisonDetailSchema = z
  .object({
    comparison: comparisonSchema,
    /** The latest list; absent while there was none. */
    upload: z
      .object({
        upload: z.string(),
        at: z.string(),
        by: z.string(),
        /** Events of this time were compared. */
        from: z.string(),
        to: z.string(),
        rows: z.number(),
        events: z.number(),
        /** Events that could not be compared, since they have no key. */
        withoutKey: z.number(),
        /** Keys that agree, and that do not. */
        equal: z.number(),
        differences: z.number(),
        /** The first of them: what the list has in its order, then what only the system has, in order of time. */
        shown: z.array(differenceSchema),
      })
      .optional(),
    /** Sealed parts of the spool that wait for the store: a list that is compared now would not find their events. */
    segmentsWaiting: z.number(),
  })
  .meta({ id: 'ComparisonDetail' });

const shownQuery = z.object({
  /** Of what differs, at most so many are shown. */
  limit: z.coerce.number().int().min(1).max(limits.comparisonDifferences).default(1_000),
});

const closing = z
  .object({ note: noteSchema, expectedVersion: expectedVersionSchema })
  .strict()
  .meta({ id: 'CloseComparisonRequest' });

export const listComparisons = declareRoute({
  method: 'get',
  path: '/plans/{plan}/comparisons',
  permission: 'read',
  scope: 'plan',
  summary: 'Comparisons with lists that people keep by hand, and what came of them.',
  params: planParameter,
  answer: z.object({ comparisons: z.array(comparisonSchema) }).meta({ id: 'ComparisonList' }),
});

export const getComparison = declareRoute({
  method: 'get',
  path: '/plans/{plan}/comparisons/{comparison}',
  permission: 'read',
  scope: 'plan',
  summary: 'One comparison with all that differs in its latest list.',
  params: comparisonParameter,
  query: shownQuery,
  answer: comparisonDetailSchema,
});

export const uploadList = declareRoute({
  method: 'post',
  path: '/plans/{plan}/comparisons/{comparison}/uploads',
  permission: 'respond',
  scope: 'plan',
  summary:
    'Compare a list (CSV with a first line of names, up to 1 MiB) with the events of the source. 400 `list-unreadable` names the line that cannot be read.',
  params: comparisonParameter,
  query: shownQuery,
  body: z
    .object({
      list: z.string().max(limits.comparisonBytes),
      /** The time that the list is of, within the span of the comparison; all of it unless given. */
      from: z.iso.datetime({ offset: true }).optional(),
      to: z.iso.datetime({ offset: true }).optional(),
    })
    .strict()
    .meta({ id: 'UploadListRequest' }),
  answer: comparisonDetailSchema,
});

export const settleComparison = declareRoute({
  method: 'post',
  path: '/plans/{plan}/comparisons/{comparison}/settle',
  permission: 'respond',
  scope: 'plan',
  summary: 'Say that what differs has been dealt with, and how.',
  params: comparisonParameter,
  body: closing,
  answer: comparisonSchema,
});

export const markNotAvailable = declareRoute({
  method: 'post',
  path: '/plans/{plan}/comparisons/{comparison}/not-available',
  permission: 'respond',
  scope: 'plan',
  summary: 'Say that there is no list to compare with, and why: the comparison is then not applicable.',
  params: comparisonParameter,
  body: closing,
  answer: comparisonSchema,
});

export type ComparisonAnswer = z.infer<typeof comparisonSchema>;
export type ComparisonDetailAnswer = z.infer<typeof comparisonDetailSchema>;
export type ListDifferenceAnswer = z.infer<typeof differenceSchema>;
