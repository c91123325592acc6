import { z } from 'zod';
import { planParameter } from './parameters.ts';
import { declareRoute } from './route.ts';

export const outcomeSchema = z.enum(['passed', 'failed', 'unmeasured']);

/** How long of a time it was up, was down, and nobody knew. */
export const availabilityTimesSchema = z.object({ upMs: z.number(), downMs: z.number(), unknownMs: z.number() });

export const uptimeSchema = z.object({
  from: z.string(),
  to: z.string(),
  /** Share of the known time, 0 to 1; absent when nothing is known. */
  uptime: z.number().optional(),
  ...availabilityTimesSchema.shape,
  /** Equal parts of the time, in their order. */
  parts: z.array(availabilityTimesSchema),
});

export const probeResultSchema = z.object({
  id: z.string(),
  location: z.string(),
  at: z.string(),
  outcome: outcomeSchema,
  durationMs: z.number().optional(),
  /** Why it did not pass: a word for programs, a sentence for people, and what shows it. */
  reason: z.string().optional(),
  message: z.string().optional(),
  evidence: z.string().optional(),
  /** What the check measured beside the time, e.g. `status`, `days_left`, `rows`. */
  fields: z.record(z.string(), z.union([z.string(), z.number()])),
});

export const probeSchema = z
  .object({
    name: z.string(),
    /** The check as the plan says it. */
    text: z.string(),
    kind: z.enum(['http', 'tcp', 'tls', 'dns', 'query']),
    service: z.string().optional(),
    /**
     * `waiting`: no result in 30 days. `unknown`: the last one is too old, or it could not be measured. `resting`: the phase in force gives it
     * no pace.
     */
    state: z.enum(['passing', 'failing', 'unknown', 'waiting', 'resting']),
    /** Since when it is in this state; absent when that is longer than 30 days ago. */
    since: z.string().optional(),
    /** How often it is looked at now; absent while it rests. */
    everyMs: z.number().optional(),
    /** When it is looked at next; absent when no later phase looks at it either. */
    nextAt: z.string().optional(),
    /** After so long a result says nothing of now. */
    staleMs: z.number(),
    /** The last result of each location, newest first. */
    latest: z.array(probeResultSchema),
    day: uptimeSchema,
    month: uptimeSchema,
    /** Mean durations in ms of the parts of the day; null where nothing was measured. */
    durations: z.array(z.number().nullable()),
  })
  .meta({ id: 'Probe' });

export const probesSchema = z
  .object({
    /** In the order of the plan. */
    probes: z.array(probeSchema),
  })
  .meta({ id: 'Probes' });

/** `unknown`: no answer has named the part lately. */
export const partStateSchema = z.enum(['passing', 'failing', 'unknown']);

export const probeHistorySchema = z
  .object({
    probe: probeSchema,
    whileFailingMs: z.number().optional(),
    timeoutMs: z.number(),
    /** So many places have to find a failure before it fails; absent when it is at least half of those that look. */
    agree: z.number().optional(),
    /** What a result has to satisfy, as the plan says it. */
    expect: z.array(z.string()),
    /** What has to be heard before a look has passed: an event of this source or name with the id of the look in this field. */
    confirm: z.object({ source: z.string(), field: z.string(), withinMs: z.number() }).optional(),
    /** Names of the rules that ask about it. */
    rules: z.array(z.string()),
    /** Services whose states its answer names, with the field of each. */
    parts: z.record(z.string(), z.string()),
    uptime: uptimeSchema,
    /** What its answers said of each part over the time. */
    partHistory: z.array(
      z.object({
        /** The service that the part is. */
        service: z.string(),
        /** The field that says it. */
        field: z.string(),
        /** How it stood at the end of the time; `GET …/services` says how it stands now. */
        state: partStateSchema,
        /** When the last answer of the time came that named it. */
        at: z.string().optional(),
        uptime: uptimeSchema,
      }),
    ),
    /** Why nothing of its parts could be read; then `partHistory` is empty. */
    partsProblem: z.string().optional(),
    /** Uptime of each phase that has begun, of the last 30 days only; `from` and `to` say of which part of the phase. */
    phases: z.array(uptimeSchema.omit({ parts: true }).extend({ name: z.string(), everyMs: z.number().optional() })),
    /** Stretches in one state, in the order of time; they make up the range. Maintenance counts as unknown in the uptime. */
    segments: z.array(
      z.object({ from: z.string(), to: z.string(), state: z.enum(['up', 'down', 'unknown', 'maintenance']) }),
    ),
    /** Equal parts of the range in which there were results. Times are means in ms of what was measured, and follow one another in the check. */
    stepMs: z.number(),
    buckets: z.array(
      z.object({
        from: z.string(),
        results: z.number(),
        failed: z.number(),
        unmeasured: z.number(),
        durationMs: z.number().optional(),
        longestMs: z.number().optional(),
        dnsMs: z.number().optional(),
        connectMs: z.number().optional(),
        tlsMs: z.number().optional(),
        firstByteMs: z.number().optional(),
        confirmedMs: z.number().optional(),
      }),
    ),
    /** Results that did not pass, newest first. */
    failures: z.array(probeResultSchema),
    moreFailures: z.boolean(),
  })
  .meta({ id: 'ProbeHistory' });

export const listProbes = declareRoute({
  method: 'get',
  path: '/plans/{plan}/probes',
  permission: 'read',
  scope: 'plan',
  summary:
    'The checks that the plan makes: state, last results, uptime of a day and of 30 days. Unknown time stands for itself. 503 `telemetry-away` while the telemetry store does not answer.',
  params: planParameter,
  answer: probesSchema,
});

export const getProbe = declareRoute({
  method: 'get',
  path: '/plans/{plan}/probes/{probe}',
  permission: 'read',
  scope: 'plan',
  summary: 'One check over a time: its course, the parts of its durations, and what did not pass with the evidence.',
  params: planParameter.extend({ probe: z.string().min(1).max(256) }),
  query: z.object({
    /** ISO 8601 instants; the last 24 hours unless given. */
    from: z.iso.datetime({ offset: true }).optional(),
    to: z.iso.datetime({ offset: true }).optional(),
  }),
  answer: probeHistorySchema,
});

export type UptimeAnswer = z.infer<typeof uptimeSchema>;
export type AvailabilityTimes = z.infer<typeof availabilityTimesSchema>;
export type ProbeResultAnswer = z.infer<typeof probeResultSchema>;
export type ProbeAnswer = z.infer<typeof probeSchema>;
export type ProbesAnswer = z.infer<typeof probesSchema>;
export type ProbeHistoryAnswer = z.infer<typeof probeHistorySchema>;
