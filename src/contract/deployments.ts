import { z } from 'zod';
import { planParameter } from './parameters.ts';
import { declareRoute } from './route.ts';

export const deploymentSchema = z
  .object({
    /** Of the event that told of it first. */
    id: z.string(),
    at: z.string(),
    service: z.string(),
    version: z.string(),
    /** The version before: as it was told, else that of the deployment before it in the same environment. */
    previous: z.string().optional(),
    environment: z.string().optional(),
    /** Who told of it, e.g. `github`, `opentelemetry`, `sentry`; several told of one that has more. */
    origins: z.array(z.string()),
    /** A page about it; always http or https. */
    url: z.string().optional(),
  })
  .meta({ id: 'Deployment' });

export const deploymentsSchema = z
  .object({
    from: z.string(),
    to: z.string(),
    /** Oldest first. */
    deployments: z.array(deploymentSchema),
    /** Whether there were more; the latest are in the answer. */
    more: z.boolean(),
  })
  .meta({ id: 'Deployments' });

export const listDeployments = declareRoute({
  method: 'get',
  path: '/plans/{plan}/deployments',
  permission: 'read',
  scope: 'plan',
  summary:
    'Deployments of a time, whoever told of them: webhooks, versions that SDKs were seen with, events named `deployment`. 503 `telemetry-away` while the telemetry store does not answer.',
  params: planParameter,
  query: z.object({
    /** ISO 8601 instants; the last 24 hours unless given. */
    from: z.iso.datetime({ offset: true }).optional(),
    to: z.iso.datetime({ offset: true }).optional(),
  }),
  answer: deploymentsSchema,
});

export type DeploymentAnswer = z.infer<typeof deploymentSchema>;
export type DeploymentsAnswer = z.infer<typeof deploymentsSchema>;
