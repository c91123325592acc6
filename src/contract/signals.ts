import { z } from 'zod';
import { errorBudgetSchema } from './error-budget.ts';
import { bandsSchema, phaseSchema } from './overview.ts';
import { planParameter } from './parameters.ts';
import { declareRoute } from './route.ts';

/**
 * One group's line. Every array has an entry for each step of the answer: entry `i` is of `[from + i × stepMs, from + (i + 1) × stepMs)`. Where there
 * is no value the entry is null and a gap says why: missing data is neither zero nor a straight line between its neighbours.
 */
export const groupSeriesSchema = z
  .object({
    group: z.array(z.string()),
    /** The last value of the step, in base units. */
    last: z.array(z.number().nullable()),
    /** The least and the greatest of the step: what a spike is seen by. */
    min: z.array(z.number().nullable()),
    max: z.array(z.number().nullable()),
    /** Of the step's last reading, also of one that was too few. Null where nothing was read. */
    sampleSize: z.array(z.number().nullable()),
    /** Stretches without a value: entries `from` to `to`, both included. */
    gaps: z.array(
      z.object({
        from: z.number(),
        to: z.number(),
        /** `not read`: nobody read it then, or there was no such group. */
        state: z.enum(['no data', 'too few', 'not read']),
        reason: z.string().optional(),
      }),
    ),
  })
  .meta({ id: 'GroupSeries' });

export const signalSeriesSchema = z
  .object({
    signal: z.string(),
    baseUnit: z.string(),
    unit: z.string(),
    by: z.array(z.string()),
    /** Those with the most readings first. */
    groups: z.array(groupSeriesSchema),
    /** Groups that there are beyond those of the answer. */
    groupsLeftOut: z.number(),
    /**
     * A stretch of which no readings were stored, mostly because the signal is younger. `computed`: its values were worked out from the stored
     * events, one at the end of each step. Otherwise why not: the source counts an event once per value of a field, or there are too many.
     */
    fromEvents: z
      .object({ from: z.string(), to: z.string(), state: z.enum(['computed', 'once-per', 'too-large']) })
      .optional(),
    /** The thresholds as they were in force: one entry for each stretch, in order. */
    bands: z.array(
      z.object({ from: z.string(), to: z.string(), phase: z.string().optional(), bands: bandsSchema.optional() }),
    ),
    /** Of an availability with a target: what it leaves room for, as the newest reading says it. */
    budget: errorBudgetSchema.optional(),
    /** Alerts of rules that read the signal and that were open at some time of the range. */
    alerts: z.array(
      z.object({
        alert: z.string(),
        rule: z.string(),
        group: z.array(z.string()),
        severity: z.string(),
        from: z.string(),
        /** Absent while it is open. */
        to: z.string().optional(),
      }),
    ),
  })
  .meta({ id: 'SignalSeries' });

export const seriesSchema = z
  .object({
    /** On the grid of the steps, so the range may be a little longer than the one that was asked for. */
    from: z.string(),
    to: z.string(),
    stepMs: z.number(),
    /** The server's instant. */
    at: z.string(),
    /** Those that touch the range. */
    phases: z.array(phaseSchema),
    series: z.array(signalSeriesSchema),
  })
  .meta({ id: 'Series' });

const range = {
  /** ISO 8601 instants; the last hour unless given. */
  from: z.iso.datetime({ offset: true }).optional(),
  to: z.iso.datetime({ offset: true }).optional(),
  /** The shortest that is wanted; the server takes a longer one where there would be too many points. */
  stepMs: z.coerce.number().int().min(1).optional(),
};

export const listSeries = declareRoute({
  method: 'get',
  path: '/plans/{plan}/signals/series',
  permission: 'read',
  scope: 'plan',
  summary:
    'Several signals over time: values by group with sample sizes and gaps, bands in force, alerts, phases. 503 `telemetry-away` while the telemetry store does not answer.',
  params: planParameter,
  query: z.object({
    /** Names, with commas between; every signal unless given. */
    signals: z.string().max(4_000).optional(),
    /** At most so many groups of each signal. */
    groups: z.coerce.number().int().min(1).max(100).default(1),
    ...range,
  }),
  answer: seriesSchema,
});

export const getSignalSeries = declareRoute({
  method: 'get',
  path: '/plans/{plan}/signals/{signal}/series',
  permission: 'read',
  scope: 'plan',
  summary: 'One signal over time, every group of it.',
  params: planParameter.extend({ signal: z.string().min(1).max(256) }),
  query: z.object({ groups: z.coerce.number().int().min(1).max(100).default(50), ...range }),
  answer: seriesSchema,
});

export type GroupSeriesAnswer = z.infer<typeof groupSeriesSchema>;
export type SignalSeriesAnswer = z.infer<typeof signalSeriesSchema>;
export type SeriesAnswer = z.infer<typeof seriesSchema>;
