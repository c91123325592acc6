import { z } from 'zod';
import { deliverySchema, pageQuery } from './alerts.ts';
import { planParameter } from './parameters.ts';
import { declareRoute } from './route.ts';

export const deliveryPageSchema = z
  .object({ deliveries: z.array(deliverySchema), next: z.number().optional() })
  .meta({ id: 'DeliveryPage' });

export const listDeliveries = declareRoute({
  method: 'get',
  path: '/plans/{plan}/deliveries',
  permission: 'read',
  scope: 'plan',
  summary: 'Every message with how it stands, the newest first.',
  params: planParameter,
  query: z.object({
    /** `waiting`: not sent yet, or tried again. `sent`: the provider has it. */
    state: z.enum(['waiting', 'sent', 'failed']).optional(),
    channel: z.string().max(200).optional(),
    recipient: z.string().max(1_000).optional(),
    alert: z.string().max(100).optional(),
    ...pageQuery,
  }),
  answer: deliveryPageSchema,
});

export type DeliveryPage = z.infer<typeof deliveryPageSchema>;
