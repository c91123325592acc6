import type { OpenAPIHono } from '@hono/zod-openapi';
import type { Context, MiddlewareHandler } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { compress } from 'hono/compress';
import { matchedRoutes } from 'hono/route';
import { METHOD_NAME_ALL } from 'hono/router';
import { secureHeaders } from 'hono/secure-headers';
import type { ErrorCode } from '#kernel/error-codes.ts';
import { limits } from '#kernel/limits.ts';
import type { Clock, Random } from '#kernel/ports.ts';
import { NO_ROUTE, RequestCounts } from '#kernel/request-counts.ts';
import { acknowledgeLinkRoutes } from './acknowledge-link/routes.ts';
import { type Actor, may } from './actor.ts';
import type { AuditLog } from './audit/audit-log.ts';
import { createAudited } from './audit/audited.ts';
import type { Authenticate } from './authenticate.ts';
import { clientAddress } from './client-address.ts';
import type { ApiEnvironment } from './environment.ts';
import { answerFailure, describeThrown, refuseAnonymous } from './failures.ts';
import { healthRoutes } from './health/routes.ts';
import { mountVerbs } from './mount.ts';
import { isCrossSite } from './request-origin.ts';
import { callerOf, createRequestRate, weightOf } from './request-rate.ts';
import { createRouter } from './router.ts';
import type { ApiServices } from './services.ts';
import { SESSION_COOKIE } from './sign-in/cookie.ts';
import { verbs } from './verbs.ts';
import type { WebFiles } from './web/web-files.ts';
import { serveWebPages } from './web/web-pages.ts';

export interface ApplicationOptions {
  readonly services: ApiServices;
  readonly authenticate: Authenticate;
  /** Names under which this server may be addressed, without port; another `Host` is refused (DNS rebinding). */
  readonly hosts: readonly string[];
  readonly random: Random;
  readonly clock: Clock;
  readonly audit: AuditLog;
  readonly version: string;
  /** The built web app; without it only the API is served. */
  readonly web?: WebFiles;
  /** Where browsers reach this server, when a proxy stands in front: its pages may send commands. */
  readonly publicUrl?: string;
  /** How many proxies stand in front, each of which adds to `X-Forwarded-For`. */
  readonly trustedProxies?: number;
  readonly log: (message: string, detail?: Readonly<Record<string, unknown>>) => void;
}

/** Nothing of a body is taken before it is known whose it is: what is taken stands in the memory that pages need too. */
function bodyOfAtMost(maxSize: number): MiddlewareHandler<ApiEnvironment> {
  const message = `A body has at most ${maxSize} bytes here.`;
  return bodyLimit({
    maxSize,
    onError: (context) => answerFailure(context, context.get('requestId'), 'body-too-large', message),
  });
}

/** The route that answered, as it is declared; what stands in the address stays out of it. */
function routeOf(context: Context<ApiEnvironment>): string {
  const answered = matchedRoutes(context).find(({ method }) => method !== METHOD_NAME_ALL);
  return answered === undefined ? NO_ROUTE : `${answered.method} ${answered.path}`;
}

/** The API on port 4700. Everything under `/api` is held against its route's declaration; health is open. */
export function createApplication(options: ApplicationOptions): OpenAPIHono<ApiEnvironment> {
  const application = createRouter();
  const audited = createAudited(options);
  const rate = createRequestRate(options.clock);
  const publicOrigin = options.publicUrl === undefined ? undefined : new URL(options.publicUrl).origin;

  application.use(
    '*',
    // A page brings a policy of its own.
    secureHeaders({
      contentSecurityPolicy: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] },
      // Said over http it means nothing, and a name that has TLS today belongs to whoever runs the proxy.
      strictTransportSecurity: publicOrigin?.startsWith('https:') ? 'max-age=15552000' : false,
      overwrite: false,
    }),
  );
  const requests = new RequestCounts();
  application.use('*', async (context, next) => {
    await next();
    requests.add(routeOf(context), context.res.status);
  });
  application.use('*', async (context, next) => {
    const requestId = Buffer.from(options.random.bytes(9)).toString('base64url');
    context.set('requestId', requestId);
    context.header('X-Request-Id', requestId);
    context.set('address', clientAddress(context, options.trustedProxies ?? 0));
    const host = (context.req.header('host') ?? '').replace(/:\d+$/, '').toLowerCase();
    if (!options.hosts.includes(host)) {
      return answerFailure(context, requestId, 'wrong-host', `This server is not addressed as "${host}".`, 'Host');
    }
    return next();
  });
  application.use('/a/*', bodyOfAtMost(limits.strangerBodyBytes));

  // What is read is long and repeats itself. The answer to a command may hold a secret, of which its length would tell.
  const compressed = compress();
  application.use('/api/*', (context, next) => (context.req.method === 'GET' ? compressed(context, next) : next()));
  const identified: MiddlewareHandler<ApiEnvironment> = async (context, next) => {
    const request = { method: context.req.method, header: (name: string) => context.req.header(name) };
    const requestId = context.get('requestId');
    context.header('Cache-Control', 'no-store');
    const tooMany = (waitMs: number) =>
      answerFailure(context, requestId, 'too-many-requests', 'Too many requests of one caller.', undefined, waitMs);
    // Looking for a credential is a question to the database that pages are told by.
    const stranger = callerOf(undefined, context.get('address'));
    const strangerWaitMs = rate.wait(stranger);
    if (strangerWaitMs > 0) return tooMany(strangerWaitMs);
    const found = await options.authenticate(request);
    const refuse = (actor: Actor | undefined, code: ErrorCode, message: string, where?: string) => {
      // Without the path, which may be anything and hold anything.
      audited.refusal({ actor, action: `${request.method} /api`, code, address: context.get('address'), requestId });
      return answerFailure(context, requestId, code, message, where);
    };
    if (found.state === 'refused') {
      rate.take(stranger);
      return refuse(undefined, found.code, found.message);
    }
    context.set('authenticateAgain', () => options.authenticate(request));
    context.set('actor', found.state === 'known' ? found.actor : undefined);
    context.set('sessionEnded', found.state === 'anonymous' && found.sessionEnded === true);
    const kind = found.state !== 'known' ? 'nothing' : found.actor.kind === 'session' ? 'cookie' : 'token';
    if (isCrossSite(request, kind, publicOrigin)) {
      const message = 'A page of another site may not send commands.';
      return refuse(context.get('actor'), 'origin-refused', message, 'Origin');
    }
    const weight = weightOf(request.header('content-length'), request.header('transfer-encoding'));
    const waitMs = rate.take(callerOf(context.get('actor'), context.get('address')), weight);
    return waitMs > 0 ? tooMany(waitMs) : next();
  };
  application.use('/api/*', identified);
  application.use('/metrics', identified);
  const [ofStrangers, ofKnown] = [bodyOfAtMost(limits.strangerBodyBytes), bodyOfAtMost(limits.commandBodyBytes)];
  application.use('/api/*', (context, next) =>
    context.get('actor') === undefined ? ofStrangers(context, next) : ofKnown(context, next),
  );

  application.route('/', healthRoutes(options.services.status));
  application.get('/metrics', async (context) => {
    const actor = context.get('actor');
    if (actor === undefined) return refuseAnonymous(context);
    const exposition = await options.services.metrics.expose((plan) => may(actor, 'read', plan), requests);
    return context.body(await exposition.text(), 200, { 'Content-Type': exposition.contentType });
  });
  application.route('/', acknowledgeLinkRoutes(options.services.acknowledgeLinks, audited));
  application.route('/api', mountVerbs(verbs, options.services, { audited, clock: options.clock }));
  application.use('/api/openapi.json', async (context, next) =>
    context.get('actor') === undefined ? refuseAnonymous(context) : next(),
  );
  application.openAPIRegistry.registerComponent('securitySchemes', 'token', { type: 'http', scheme: 'bearer' });
  application.openAPIRegistry.registerComponent('securitySchemes', 'session', {
    type: 'apiKey',
    in: 'cookie',
    name: SESSION_COOKIE,
  });
  // Made once: it is long, and making it holds everything else up.
  let description: object | undefined;
  application.get('/api/openapi.json', (context) => {
    const head = { openapi: '3.1.0', info: { title: 'Watchbill', version: options.version } };
    description ??= application.getOpenAPI31Document(head);
    return context.json(description);
  });

  if (options.web !== undefined) application.get('*', serveWebPages(options.web, options.random));

  application.notFound((context) => {
    // Nobody learns without a credential which routes there are.
    if (context.req.path.startsWith('/api/') && context.get('actor') === undefined) return refuseAnonymous(context);
    const message = `There is nothing at ${context.req.method} ${context.req.path}.`;
    return answerFailure(context, context.get('requestId'), 'not-found', message);
  });
  application.onError((thrown, context) => {
    const described = describeThrown(thrown);
    const requestId = context.get('requestId');
    if (described.code === 'internal-error') {
      options.log('request failed', {
        requestId,
        error: thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown),
      });
    }
    return answerFailure(
      context,
      requestId,
      described.code,
      described.message,
      described.where,
      described.retryAfterMs,
    );
  });
  return application;
}
