import { z } from 'zod';
import { credentialLifeSchema, credentialNameSchema, levelSchema } from './parameters.ts';
import { declareRoute } from './route.ts';

export const apiTokenSchema = z
  .object({
    id: z.string(),
    name: z.string(),
    level: levelSchema,
    /** The one plan that it is good for; the whole server when absent. */
    plan: z.string().optional(),
    madeBy: z.string(),
    createdAt: z.string(),
    expiresAt: z.string().optional(),
    revokedAt: z.string().optional(),
    lastUsedAt: z.string().optional(),
  })
  .meta({ id: 'ApiToken' });

export const listTokens = declareRoute({
  method: 'get',
  path: '/tokens',
  permission: 'administer',
  scope: 'server',
  summary: 'Tokens of the API, without their secrets, the newest first.',
  answer: z.array(apiTokenSchema),
});

export const createToken = declareRoute({
  method: 'post',
  path: '/tokens',
  permission: 'administer',
  scope: 'server',
  summary: 'Make a token for a program. It is shown this once, and never may more than whoever made it.',
  body: z
    .object({
      name: credentialNameSchema,
      level: levelSchema,
      plan: z.string().min(1).max(100).optional(),
      expiresInMs: credentialLifeSchema.optional(),
    })
    .strict()
    .meta({ id: 'CreateTokenRequest' }),
  answer: z.object({ token: z.string(), id: z.string() }).meta({ id: 'CreatedToken' }),
});

export const revokeToken = declareRoute({
  method: 'delete',
  path: '/tokens/{token}',
  permission: 'administer',
  scope: 'server',
  summary: 'Revoke a token, by its id; it is refused within seconds.',
  params: z.object({ token: z.string().regex(/^[a-z2-7]{16}$/, 'This is the id of a token, not the token.') }),
  answer: z.object({ revoked: z.literal(true) }),
});

export type ApiTokenAnswer = z.infer<typeof apiTokenSchema>;
