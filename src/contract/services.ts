import { z } from 'zod';
import { heartbeatSchema } from './heartbeats.ts';
import { planParameter } from './parameters.ts';
import { outcomeSchema, partStateSchema, probeSchema } from './probes.ts';
import { declareRoute } from './route.ts';

/** How a probe stands, in a few words; `GET …/probes/{probe}` has the rest. */
export const probeStandingSchema = probeSchema
  .pick({ name: true, kind: true, state: true, since: true })
  .extend({
    /** The last result of any location. */
    at: z.string().optional(),
    outcome: outcomeSchema.optional(),
    durationMs: z.number().optional(),
    /** Why the last result did not pass. */
    reason: z.string().optional(),
    message: z.string().optional(),
    /** Uptime of the last 24 hours and of 30 days: share of the known time, 0 to 1; absent when nothing is known. */
    dayUptime: z.number().optional(),
    monthUptime: z.number().optional(),
    /** Names of the rules that ask about it. */
    rules: z.array(z.string()),
  })
  .meta({ id: 'ProbeStanding' });

/** What a probe's answer says of one part of its target. */
export const partStandingSchema = z
  .object({
    /** The probe whose answer names the part. */
    probe: z.string(),
    /** The field that says it. */
    field: z.string(),
    state: partStateSchema,
    /** When the last answer came that named it. */
    at: z.string().optional(),
    /** As of a probe. */
    dayUptime: z.number().optional(),
    monthUptime: z.number().optional(),
  })
  .meta({ id: 'PartStanding' });

export const heartbeatStandingSchema = heartbeatSchema
  .pick({ name: true, state: true, lastAt: true, lateAt: true, runningSince: true, message: true, rules: true })
  .meta({ id: 'HeartbeatStanding' });

export const serviceAlertSchema = z
  .object({
    alert: z.string(),
    rule: z.string(),
    group: z.array(z.string()),
    severity: z.string(),
    openedAt: z.string(),
    acknowledged: z.boolean(),
    /** Whether it means that the service is down. */
    meansDown: z.boolean(),
  })
  .meta({ id: 'ServiceAlert' });

export const serviceSchema = z
  .object({
    name: z.string(),
    importance: z.enum(['critical', 'important', 'minor']).optional(),
    /** In the order of the plan, as are all lists here. */
    needs: z.array(z.string()),
    neededBy: z.array(z.string()),
    /**
     * `down`: an alert is open that means so. `trouble`: another alert of its rules is open, or one of its probes, parts or heartbeats is not as
     * it should be. `fine`: one of its checks, or without any one of its rules, is measured, and nothing of that. `unknown`: nothing has been
     * measured lately.
     */
    state: z.enum(['down', 'trouble', 'fine', 'unknown']),
    /** What it is judged by beside its alerts: its checks, or its rules alone when nothing looks at it. Absent when nothing is about it. */
    basis: z.enum(['checks', 'rules']).optional(),
    /** When the first of what makes it down or gives it trouble began; absent when that is not known. */
    since: z.string().optional(),
    /** Services that it needs, itself or by way of others, and that are down; the nearest first. */
    because: z.array(z.string()),
    /** Rules whose open alert means that it is down. */
    down: z.array(z.string()),
    /** All its rules, but for those that are switched off. */
    rules: z.array(z.string()),
    /** Those that are open. */
    alerts: z.array(serviceAlertSchema),
    probes: z.array(probeStandingSchema),
    parts: z.array(partStandingSchema),
    heartbeats: z.array(heartbeatStandingSchema),
  })
  .meta({ id: 'Service' });

export const servicesSchema = z
  .object({
    services: z.array(serviceSchema),
    /** Probes and heartbeats of no service. */
    others: z.object({ probes: z.array(probeStandingSchema), heartbeats: z.array(heartbeatStandingSchema) }),
    /** What does not answer, so that probes and parts, or heartbeats, are unknown. Alerts are known without either. */
    away: z.array(z.enum(['telemetry', 'intake'])),
  })
  .meta({ id: 'Services' });

export const listServices = declareRoute({
  method: 'get',
  path: '/plans/{plan}/services',
  permission: 'read',
  scope: 'plan',
  summary:
    'The services of the plan: what each needs, how it stands, and why: open alerts, probes, parts of health answers, heartbeats. Answers also while the telemetry store is away, and says so.',
  params: planParameter,
  answer: servicesSchema,
});

export type ProbeStandingAnswer = z.infer<typeof probeStandingSchema>;
export type PartStandingAnswer = z.infer<typeof partStandingSchema>;
export type HeartbeatStandingAnswer = z.infer<typeof heartbeatStandingSchema>;
export type ServiceAnswer = z.infer<typeof serviceSchema>;
export type ServicesAnswer = z.infer<typeof servicesSchema>;
