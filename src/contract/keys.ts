import { z } from 'zod';
import { keyKinds } from '#kernel/ingest-key.ts';
import { credentialLifeSchema, credentialNameSchema, planParameter } from './parameters.ts';
import { declareRoute } from './route.ts';

export const keySchema = z
  .object({
    id: z.string(),
    plan: z.string(),
    name: z.string(),
    scopes: z.array(z.string()),
    createdAt: z.string(),
    expiresAt: z.string().optional(),
    revokedAt: z.string().optional(),
    lastUsedAt: z.string().optional(),
  })
  .meta({ id: 'Key' });

export const createKeyRequestSchema = z
  .object({
    name: credentialNameSchema,
    expiresInMs: credentialLifeSchema.optional(),
    /** `sentry`: for a DSN, and good for nothing else. */
    kind: z.enum(keyKinds).optional(),
  })
  .strict()
  .meta({ id: 'CreateKeyRequest' });

export const createdKeySchema = z
  .object({
    key: z.string(),
    id: z.string(),
    plan: z.string(),
    /** Of a key of the kind `sentry`: what its SDKs are set up with. */
    dsn: z.string().optional(),
  })
  .meta({ id: 'CreatedKey' });

export const createKey = declareRoute({
  method: 'post',
  path: '/plans/{plan}/keys',
  permission: 'administer',
  scope: 'plan',
  summary: 'Make a key that may send to the plan, for a kind of sender. It is shown this once.',
  params: planParameter,
  body: createKeyRequestSchema,
  answer: createdKeySchema,
});

export const listKeys = declareRoute({
  method: 'get',
  path: '/plans/{plan}/keys',
  permission: 'administer',
  scope: 'plan',
  summary: 'Keys of the plan, without their secrets.',
  params: planParameter,
  answer: z.array(keySchema),
});

export const revokeKey = declareRoute({
  method: 'delete',
  path: '/plans/{plan}/keys/{id}',
  permission: 'administer',
  scope: 'plan',
  summary: 'Revoke a key; intake refuses it within seconds.',
  params: planParameter.extend({ id: z.string().min(1).max(100) }),
  answer: z.object({ revoked: z.literal(true) }),
});

export type KeyAnswer = z.infer<typeof keySchema>;
export type CreateKeyRequest = z.infer<typeof createKeyRequestSchema>;
export type CreatedKeyAnswer = z.infer<typeof createdKeySchema>;
