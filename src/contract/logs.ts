import { z } from 'zod';
import { storedEventSchema } from './data.ts';
import { planParameter } from './parameters.ts';
import { declareRoute } from './route.ts';

const syntaxSchema = z.enum(['lucene', 'plan']);

/** What narrows every question about logs. */
const search = {
  /** As in the search box. */
  query: z.string().max(4_000).optional(),
  /** How it is to be read; found out unless given. */
  syntax: syntaxSchema.optional(),
  /** Name of a search of the plan, which is narrowed by `query`. */
  search: z.string().min(1).max(64).optional(),
  /** Names of events, with commas between; `log` unless given, or what the search is about. */
  events: z.string().min(1).max(1_000).optional(),
  /** Levels, with commas between; every one unless given. */
  level: z.string().min(1).max(200).optional(),
};
const range = {
  /** ISO 8601 instants; the last hour unless given. */
  from: z.iso.datetime({ offset: true }).optional(),
  to: z.iso.datetime({ offset: true }).optional(),
};

/** What was understood of the question. */
const understood = {
  syntax: syntaxSchema,
  events: z.array(z.string()),
  from: z.string(),
  to: z.string(),
};

export const logPageSchema = z
  .object({
    ...understood,
    /** Newest first. */
    lines: z.array(storedEventSchema),
    /** Give it as `before` for those that are older; absent at the end of what there is. */
    next: z.string().optional(),
    /** Everything after this instant was looked at. */
    searchedTo: z.string(),
    /** False when the search was given up at `searchedTo` because it took too long; a narrower one goes further. */
    complete: z.boolean(),
    /** Sealed parts of the spool that wait for the store: their lines are not here yet. */
    segmentsWaiting: z.number(),
  })
  .meta({ id: 'LogPage' });

const valueSchema = z.union([z.string(), z.number(), z.boolean()]);

export const logSummarySchema = z
  .object({
    ...understood,
    /** On the grid of the steps, at or before `from`. */
    start: z.string(),
    stepMs: z.number(),
    /** Most frequent first; an empty level for lines without one. */
    levels: z.array(z.object({ level: z.string(), counts: z.array(z.number()) })),
    total: z.number(),
    facets: z.array(
      z.object({
        field: z.string(),
        /** Most frequent first. */
        values: z.array(z.object({ value: valueSchema, count: z.number() })),
        /** Values beyond those. */
        more: z.number(),
      }),
    ),
    /** Counts are made from one in so many blocks of the table and multiplied; 1 when they are exact. */
    sampledOneIn: z.number(),
  })
  .meta({ id: 'LogSummary' });

export const logContextSchema = z
  .object({
    /** Oldest first, the line itself among them. */
    lines: z.array(storedEventSchema),
    /** What all of them have in common. */
    sameAs: z.array(z.object({ field: z.string(), value: z.string() })),
  })
  .meta({ id: 'LogContext' });

/** One line of the tail's answer. */
export const logTailMessageSchema = z
  .discriminatedUnion('type', [
    /** Oldest first; `skipped` more had come and are left out. */
    z.object({ type: z.literal('lines'), lines: z.array(storedEventSchema), skipped: z.number() }),
    /** Nothing has come; everything until then was looked at. */
    z.object({ type: z.literal('quiet'), at: z.string() }),
    /** The store cannot be asked now; it will be asked again. */
    z.object({ type: z.literal('waiting'), code: z.string(), message: z.string() }),
    z.object({ type: z.literal('end'), reason: z.enum(['session-ended', 'server-stops']) }),
  ])
  .meta({ id: 'LogTailMessage' });

export const listLogs = declareRoute({
  method: 'get',
  path: '/plans/{plan}/logs',
  permission: 'read',
  scope: 'plan',
  summary:
    'Log lines, newest first, by a search in Lucene’s syntax or as after `where` in a plan. 400 `search-unreadable` says in which column it cannot be read.',
  params: planParameter,
  query: z.object({
    ...search,
    ...range,
    before: z.string().max(500).optional(),
    limit: z.coerce.number().int().min(1).max(500).default(100),
  }),
  answer: logPageSchema,
});

export const summariseLogs = declareRoute({
  method: 'get',
  path: '/plans/{plan}/logs/summary',
  permission: 'read',
  scope: 'plan',
  summary: 'How many lines a search finds over time by level, and the most frequent values of fields among them.',
  params: planParameter,
  query: z.object({
    ...search,
    ...range,
    /** At most 8, with commas between. */
    fields: z.string().max(2_000).default('level,service'),
  }),
  answer: logSummarySchema,
});

export const getLogContext = declareRoute({
  method: 'get',
  path: '/plans/{plan}/logs/context',
  permission: 'read',
  scope: 'plan',
  summary: 'The lines before and after one of them from the same service and host.',
  params: planParameter,
  query: z.object({
    /** The line's id and time. */
    line: z.string().min(1).max(300),
    at: z.iso.datetime({ offset: true }),
    events: search.events,
    /** So many before and so many after. */
    lines: z.coerce.number().int().min(1).max(100).default(10),
  }),
  answer: logContextSchema,
});

export const followLogs = declareRoute({
  method: 'get',
  path: '/plans/{plan}/logs/tail',
  permission: 'read',
  scope: 'plan',
  summary: 'What a search finds as it comes, about two seconds after it was sent: a JSON message a line.',
  params: planParameter,
  query: z.object(search),
  answer: logTailMessageSchema,
  stream: 'application/x-ndjson',
});

export type QuerySyntax = z.infer<typeof syntaxSchema>;
export type LogPageAnswer = z.infer<typeof logPageSchema>;
export type LogSummaryAnswer = z.infer<typeof logSummarySchema>;
export type LogContextAnswer = z.infer<typeof logContextSchema>;
export type LogTailMessage = z.infer<typeof logTailMessageSchema>;
