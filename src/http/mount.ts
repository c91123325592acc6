import { createRoute, type OpenAPIHono } from '@hono/zod-openapi';
import type { Context } from 'hono';
import type { ZodObject, ZodType } from 'zod';
import { failureSchema } from '#contract/failure.ts';
import type { RouteDeclaration } from '#contract/route.ts';
import type { ErrorCode } from '#kernel/error-codes.ts';
import type { Clock } from '#kernel/ports.ts';
import { levelOn, may } from './actor.ts';
import type { AuditDetail, Audited } from './audit/audited.ts';
import type { ApiEnvironment } from './environment.ts';
import { answerFailure, refuseAnonymous } from './failures.ts';
import { createRouter } from './router.ts';
import type { ApiServices } from './services.ts';
import { needsReauthentication } from './sign-in/authority.ts';
import type { Verb } from './verb.ts';

const failures = {
  default: { description: 'A failure with its code', content: { 'application/json': { schema: failureSchema } } },
};

export interface MountOptions {
  readonly audited: Audited;
  readonly clock: Clock;
}

/**
 * A router of verbs. Each request is held against its route's permission and scope before anything of it is read; what acts and what is
 * refused stands in the audit log.
 */
export function mountVerbs(
  verbs: readonly Verb[],
  services: ApiServices,
  options: MountOptions,
): OpenAPIHono<ApiEnvironment> {
  const router = createRouter();
  for (const { route, handle } of verbs) {
    router.openapi(describe(route, options), async (context) => {
      // Nobody would ever read the stream that this began.
      if (route.stream !== undefined && context.req.method === 'HEAD') {
        return context.body(null, 200, { 'Content-Type': route.stream }) as never;
      }
      const request = context.req as unknown as { valid(part: string): unknown };
      const run = (note: (detail: AuditDetail) => void): Promise<unknown> =>
        handle({
          params: route.params && request.valid('param'),
          query: route.query && request.valid('query'),
          body: route.body && request.valid('json'),
          actor: context.get('actor'),
          services,
          requestId: context.get('requestId'),
          address: context.get('address'),
          note,
          header: (name: string) => context.req.header(name),
          setHeader: (name: string, value: string) => context.header(name, value, { append: true }),
          stillAllowed: () => isStillAllowed(route, context),
          signal: context.req.raw.signal,
        } as never);
      const answer = await (route.method === 'get'
        ? run(() => {})
        : options.audited.command(auditEvent(route, context), route.permission === 'respond', run));
      if (route.stream === undefined) return context.json(answer as object, 200) as never;
      context.header('Content-Type', route.stream);
      context.header('Cache-Control', 'no-store');
      return context.body(answer as ReadableStream) as never;
    });
  }
  return router;
}

function describe(route: RouteDeclaration, options: MountOptions) {
  const { params, query, body } = route;
  return createRoute({
    method: route.method,
    path: route.path,
    summary: route.summary,
    description: `Permission \`${route.permission}\`, scope \`${route.scope}\`.`,
    ...(route.scope === 'public' ? {} : { security: [{ token: [] }, { session: [] }] }),
    'x-permission': route.permission,
    'x-scope': route.scope,
    middleware: [
      (context: Context<ApiEnvironment>, next: () => Promise<void>) => authorize(route, options, context, next),
    ],
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
async function authorize(
  route: RouteDeclaration,
  options: MountOptions,
  context: Context<ApiEnvironment>,
  next: () => Promise<void>,
) {
  if (route.scope === 'public') return next();
  const refuse = (code: ErrorCode, message: string, where?: string) => {
    options.audited.refusal({ ...auditEvent(route, context), code });
    return answerFailure(context, context.get('requestId'), code, message, where);
  };
  const actor = context.get('actor');
  if (actor === undefined) return refuseAnonymous(context);
  if (route.scope === 'self') return next();
  const plan = route.scope === 'plan' ? (context.req.param('plan') ?? '') : undefined;
  if (plan !== undefined && levelOn(actor, plan) === undefined) {
    return refuse('not-found', `There is no plan "${plan}".`, plan);
  }
  if (may(actor, route.permission, plan)) {
    if (route.permission !== 'govern' || !needsReauthentication(actor, options.clock.now())) return next();
    return refuse('reauthentication-needed', 'What only owners do needs a sign-in of the last 12 hours.');
  }
  const where = plan === undefined ? 'this server' : `the plan ${plan}`;
  const message = `This needs the permission "${route.permission}" on ${where}, which ${actor.name} does not have.`;
  return refuse('forbidden', message);
}

/** Who is about to do what; the object is what the path names below its plan. */
function auditEvent(route: RouteDeclaration, context: Context<ApiEnvironment>) {
  const { plan, ...named } = context.req.param() as Record<string, string>;
  const object = Object.values(named).join(' ');
  return {
    actor: context.get('actor'),
    action: `${route.method.toUpperCase()} ${route.path}`,
    plan,
    ...(object === '' ? {} : { object }),
    address: context.get('address'),
    requestId: context.get('requestId'),
  };
}
