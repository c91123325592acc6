import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import {
  applyAnswerSchema,
  applyRequestSchema,
  createdKeySchema,
  createKeyRequestSchema,
  explanationSchema,
  factSchema,
  inboxMessageSchema,
  keySchema,
  statusSchema,
} from '#contract/api.ts';
import type { ApiEnvironment } from '../environment.ts';
import { createRouter } from '../router.ts';
import type { ApiServices } from '../services.ts';

const failureSchema = z
  .object({
    error: z.object({
      code: z.string(),
      message: z.string(),
      hint: z.string(),
      where: z.string().optional(),
      requestId: z.string(),
    }),
  })
  .meta({ id: 'Failure' });

const failures = {
  default: { description: 'A failure with its code', content: { 'application/json': { schema: failureSchema } } },
};
/** The application checks it for everything under `/api`; this is what the description says of it. */
const needsToken = { security: [{ token: [] }] };
const planParameter = z.object({ plan: z.string().min(1).max(100) });

function answer<Schema extends z.ZodType>(schema: Schema, description: string) {
  return { 200: { description, content: { 'application/json': { schema } } }, ...failures };
}

const getStatus = createRoute({
  ...needsToken,
  method: 'get',
  path: '/status',
  summary:
    'Every signal and group with value, unit, sample size, state and age; every alert with state, since and reason.',
  request: { query: z.object({ plan: z.string().optional() }) },
  responses: answer(statusSchema, 'The status'),
});

const applyPlan = createRoute({
  ...needsToken,
  method: 'post',
  path: '/plans',
  summary: 'Apply a plan, or with `preview` say what applying it would do.',
  request: { body: { required: true, content: { 'application/json': { schema: applyRequestSchema } } } },
  responses: answer(applyAnswerSchema, 'What was done, or why not'),
});

const explainSubject = createRoute({
  ...needsToken,
  method: 'get',
  path: '/plans/{plan}/explain/{subject}',
  summary: 'Why an alert fired and who was told, or why a rule did not.',
  request: { params: planParameter.extend({ subject: z.string().min(1).max(300) }) },
  responses: answer(explanationSchema, 'The explanation'),
});

const listFacts = createRoute({
  ...needsToken,
  method: 'get',
  path: '/plans/{plan}/facts',
  summary: 'The journal, oldest first.',
  request: {
    params: planParameter,
    query: z.object({
      after: z.coerce.number().int().min(0).default(0),
      limit: z.coerce.number().int().min(1).max(1_000).default(100),
      subject: z.string().optional(),
    }),
  },
  responses: answer(z.array(factSchema), 'Facts'),
});

const listInbox = createRoute({
  ...needsToken,
  method: 'get',
  path: '/plans/{plan}/inbox',
  summary: 'Messages in the inbox, newest first.',
  request: {
    params: planParameter,
    query: z.object({ person: z.string().optional(), limit: z.coerce.number().int().min(1).max(100_000).default(100) }),
  },
  responses: answer(z.array(inboxMessageSchema), 'Messages'),
});

const createKey = createRoute({
  ...needsToken,
  method: 'post',
  path: '/plans/{plan}/keys',
  summary: 'Make a key that may send events to the plan. It is shown this once.',
  request: {
    params: planParameter,
    body: { required: true, content: { 'application/json': { schema: createKeyRequestSchema } } },
  },
  responses: answer(createdKeySchema, 'The key'),
});

const listKeys = createRoute({
  ...needsToken,
  method: 'get',
  path: '/plans/{plan}/keys',
  summary: 'Keys of the plan, without their secrets.',
  request: { params: planParameter },
  responses: answer(z.array(keySchema), 'Keys'),
});

const revokeKey = createRoute({
  ...needsToken,
  method: 'delete',
  path: '/plans/{plan}/keys/{id}',
  summary: 'Revoke a key; intake refuses it within seconds.',
  request: { params: planParameter.extend({ id: z.string().min(1).max(100) }) },
  responses: answer(z.object({ revoked: z.literal(true) }), 'Revoked'),
});

/** Everything about plans. Each route needs the admin token, which the application has checked. */
export function planRoutes(services: ApiServices): OpenAPIHono<ApiEnvironment> {
  const routes = createRouter();
  routes.openapi(getStatus, async (context) =>
    context.json(await services.status(context.req.valid('query').plan), 200),
  );
  routes.openapi(applyPlan, async (context) =>
    context.json(await services.apply(context.req.valid('json'), context.get('actor')), 200),
  );
  routes.openapi(explainSubject, async (context) => {
    const { plan, subject } = context.req.valid('param');
    return context.json(await services.explain(plan, subject), 200);
  });
  routes.openapi(listFacts, async (context) => {
    const { after, limit, subject } = context.req.valid('query');
    const query = { after, limit, ...(subject === undefined ? {} : { subject }) };
    return context.json([...(await services.facts(context.req.valid('param').plan, query))], 200);
  });
  routes.openapi(listInbox, async (context) => {
    const { person, limit } = context.req.valid('query');
    const query = { limit, ...(person === undefined ? {} : { person }) };
    return context.json([...(await services.inbox(context.req.valid('param').plan, query))], 200);
  });
  routes.openapi(createKey, async (context) =>
    context.json(await services.createKey(context.req.valid('param').plan, context.req.valid('json')), 200),
  );
  routes.openapi(listKeys, async (context) =>
    context.json([...(await services.listKeys(context.req.valid('param').plan))], 200),
  );
  routes.openapi(revokeKey, async (context) => {
    const { plan, id } = context.req.valid('param');
    await services.revokeKey(plan, id);
    return context.json({ revoked: true as const }, 200);
  });
  return routes;
}
