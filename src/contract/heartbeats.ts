import { z } from 'zod';
import { planParameter } from './parameters.ts';
import { declareRoute } from './route.ts';

export const heartbeatSchema = z
  .object({
    name: z.string(),
    service: z.string().optional(),
    schedule: z.union([
      z.object({ kind: z.literal('interval'), everyMs: z.number() }),
      /** Five fields in the plan's time zone. */
      z.object({ kind: z.literal('cron'), expression: z.string() }),
    ]),
    graceMs: z.number(),
    longestMs: z.number().optional(),
    /**
     * `never`: no job has checked in. `failed`: the last run said so, or one goes on for too long. `unknown`: intake does not answer.
     */
    state: z.enum(['on time', 'late', 'failed', 'never', 'unknown']),
    /** The last check-in, and what it said. */
    lastAt: z.string().optional(),
    lastState: z.enum(['started', 'succeeded', 'failed']).optional(),
    /** When the oldest run began that has not ended. */
    runningSince: z.string().optional(),
    /** Of the last run that ended. */
    endedAt: z.string().optional(),
    durationMs: z.number().optional(),
    exitCode: z.number().optional(),
    /** The end of what it wrote. */
    message: z.string().optional(),
    /** When it is late, if nothing comes before. */
    lateAt: z.string().optional(),
    /** The address with `KEY` in the place of a key of the kind `heartbeat`. */
    url: z.string(),
    rules: z.array(z.string()),
  })
  .meta({ id: 'Heartbeat' });

export const heartbeatsSchema = z
  .object({
    /** In the order of the plan. */
    heartbeats: z.array(heartbeatSchema),
  })
  .meta({ id: 'Heartbeats' });

export const listHeartbeats = declareRoute({
  method: 'get',
  path: '/plans/{plan}/heartbeats',
  permission: 'read',
  scope: 'plan',
  summary:
    'The check-ins that the plan expects: whether each is on time, what came last, and the address that its job asks for.',
  params: planParameter,
  answer: heartbeatsSchema,
});

export type HeartbeatAnswer = z.infer<typeof heartbeatSchema>;
export type HeartbeatsAnswer = z.infer<typeof heartbeatsSchema>;
