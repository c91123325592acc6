import { z } from 'zod';
import { rejectionSchema } from './data.ts';
import { planParameter } from './parameters.ts';
import { declareRoute } from './route.ts';

export const webhookSchema = z
  .object({
    name: z.string(),
    kind: z.enum(['stripe', 'github', 'vercel', 'json']),
    /** What the provider is to post to. */
    url: z.string(),
    /** How a request shows that it is the provider's, in words: a header, or `Authorization`. */
    proof: z.string(),
    /** The environment variable with its secret, and whether it is set. */
    secret: z.string(),
    secretSet: z.boolean(),
    /** The name of its events. */
    event: z.string(),
    /** Sources of the plan that read them. */
    sources: z.array(z.string()),
    /** When the last one came; absent when none came in 30 days, or while that is not known. */
    lastAt: z.string().optional(),
    /** Requests that were taken since `since`, and events among them that had been taken before. */
    requests: z.number(),
    duplicates: z.number(),
    /** Since then as well; most frequent first. */
    refusals: z.array(rejectionSchema),
  })
  .meta({ id: 'Webhook' });

export const webhooksSchema = z
  .object({
    /** When intake began to count; absent while it does not answer. */
    since: z.string().optional(),
    /** In the order of the plan. */
    webhooks: z.array(webhookSchema),
  })
  .meta({ id: 'Webhooks' });

export const listWebhooks = declareRoute({
  method: 'get',
  path: '/plans/{plan}/webhooks',
  permission: 'read',
  scope: 'plan',
  summary: 'The webhooks of the plan in force: their addresses, when the last request came, and what was refused.',
  params: planParameter,
  answer: webhooksSchema,
});

export type WebhookAnswer = z.infer<typeof webhookSchema>;
export type WebhooksAnswer = z.infer<typeof webhooksSchema>;
