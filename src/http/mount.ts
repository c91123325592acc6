import { createRoute, type OpenAPIHono } from '@hono/zod-openapi';
import type { Context } from 'hono';
import type { ZodObject, ZodType } from 'zod';
import { failureSchema } from '#contract/failure.ts';
import type { RouteDeclaration } from '#contract/route.ts';
import { levelOn, may } from './actor.ts';
import type { ApiEnvironment } from './environment.ts';
import { answerFailure, refuseAnonymous } from './failures.ts';
import { createRouter } from './router.ts';
import type { ApiServices } from './services.ts';
import type { Verb } from './verb.ts';

const failures = {
  default: { description: 'A failure with its code', content: { 'application/json': { schema: failureSchema } } },
};

/** A router of verbs. Each request is held against its route's permission and scope before anything of it is read. */
export function mountVerbs(verbs: readonly Verb[], services: ApiServices): OpenAPIHono<ApiEnvironment> {
  const router = createRouter();
  for (const { route, handle } of verbs) {
    router.openapi(describe(route), async (context) => {
      const request = context.req as unknown as { valid(part: string): unknown };
      const answer = await handle({
        params: route.params && request.valid('param'),
        query: route.query && request.valid('query'),
        body: route.body && request.valid('json'),
        actor: context.get('actor'),
        services,
        requestId: context.get('requestId'),
        address: context.get('address'),
        header: (name: string) => context.req.header(name),
        setHeader: (name: string, value: string) => context.header(name, value, { append: true }),
        stillAllowed: () => isStillAllowed(route, context),
        signal: context.req.raw.signal,
      } as never);
      if (route.stream === undefined) return context.json(answer as object, 200) as never;
      context.header('Content-Type', route.stream);
      context.header('Cache-Control', 'no-store');
      return context.body(answer as ReadableStream) as never;
    });
  }
  return router;
}

function describe(route: RouteDeclaration) {
  const { params, query, body } = route;
  return createRoute({
    method: route.method,
    path: route.path,
    summary: route.summary,
    description: `Permission \`${route.permission}\`, scope \`${route.scope}\`.`,
    ...(route.scope === 'public' ? {} : { security: [{ token: [] }, { session: [] }] }),
    'x-permission': route.permission,
    'x-scope': route.scope,
    middleware: [(context: Context<ApiEnvironment>, next: () => Promise<void>) => authorize(route, context, next)],
    request: {
      ...(params === undefined ? {} : { params }),
      // A misspelt parameter is said, not ignored.
      ...(query === undefined ? {} : { query: (query as ZodObject).strict() }),
      ...(body === undefined
        ? {}
        : { body: { required: true, content: { 'application/json': { schema: body as ZodType } } } }),
    },
    responses: {
      200: {
        description: route.stream === undefined ? 'The answer' : 'A stream of messages',
        content: { [route.stream ?? 'application/json']: { schema: route.answer as ZodType } },
      },
      ...failures,
    },
  });
}

/** Whether the credential of a request is still good for its route. */
async function isStillAllowed(route: RouteDeclaration, context: Context<ApiEnvironment>): Promise<boolean> {
  if (route.scope === 'public') return true;
  const found = await context.get('authenticateAgain')();
  if (found.state !== 'known') return false;
  if (route.scope === 'self') return true;
  return may(found.actor, route.permission, route.scope === 'plan' ? (context.req.param('plan') ?? '') : undefined);
}

/** Denies whatever the route's declaration does not allow. A plan that is not for the caller is answered as one that is not there. */
async function authorize(route: RouteDeclaration, context: Context<ApiEnvironment>, next: () => Promise<void>) {
  if (route.scope === 'public') return next();
  const requestId = context.get('requestId');
  const actor = context.get('actor');
  if (actor === undefined) return refuseAnonymous(context);
  if (route.scope === 'self') return next();
  const plan = route.scope === 'plan' ? (context.req.param('plan') ?? '') : undefined;
  if (plan !== undefined && levelOn(actor, plan) === undefined) {
    return answerFailure(context, requestId, 'not-found', `There is no plan "${plan}".`, plan);
  }
  if (may(actor, route.permission, plan)) return next();
  const where = plan === undefined ? 'this server' : `the plan ${plan}`;
  const message = `This needs the permission "${route.permission}" on ${where}, which ${actor.name} does not have.`;
  return answerFailure(context, requestId, 'forbidden', message);
}
