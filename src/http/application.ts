import { createHash, timingSafeEqual } from 'node:crypto';
import type { OpenAPIHono } from '@hono/zod-openapi';
import { bodyLimit } from 'hono/body-limit';
import { secureHeaders } from 'hono/secure-headers';
import { limits } from '#kernel/limits.ts';
import type { Random } from '#kernel/ports.ts';
import type { ApiEnvironment } from './environment.ts';
import { answerFailure, describeThrown } from './failures.ts';
import { healthRoutes } from './health/routes.ts';
import { planRoutes } from './plans/routes.ts';
import { createRouter } from './router.ts';
import type { ApiServices } from './services.ts';

export interface ApplicationOptions {
  readonly services: ApiServices;
  /** The admin token, kept 0600 in the data folder; whoever can read it may do everything. */
  readonly adminToken: string;
  /** Names under which this server may be addressed, without port; another `Host` is refused (DNS rebinding). */
  readonly hosts: readonly string[];
  readonly random: Random;
  readonly version: string;
  readonly log: (message: string, detail?: Readonly<Record<string, unknown>>) => void;
}

/** The API on port 4700. Everything under `/api` needs the admin token; health is open. */
export function createApplication(options: ApplicationOptions): OpenAPIHono<ApiEnvironment> {
  const application = createRouter();

  application.use('*', async (context, next) => {
    const requestId = Buffer.from(options.random.bytes(9)).toString('base64url');
    context.set('requestId', requestId);
    context.header('X-Request-Id', requestId);
    const host = (context.req.header('host') ?? '').replace(/:\d+$/, '').toLowerCase();
    if (!options.hosts.includes(host)) {
      return answerFailure(context, requestId, 'wrong-host', `This server is not addressed as "${host}".`, 'Host');
    }
    return next();
  });
  application.use(
    '*',
    secureHeaders({ contentSecurityPolicy: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] } }),
  );
  application.use(
    '*',
    bodyLimit({
      maxSize: limits.commandBodyBytes,
      onError: (context) =>
        answerFailure(
          context,
          context.get('requestId'),
          'body-too-large',
          `A command has at most ${limits.commandBodyBytes} bytes.`,
        ),
    }),
  );

  const expected = digest(options.adminToken);
  application.use('/api/*', async (context, next) => {
    const credential = context.req.header('authorization');
    if (credential === undefined) {
      context.header('WWW-Authenticate', 'Bearer');
      return answerFailure(
        context,
        context.get('requestId'),
        'credential-missing',
        'This needs the admin token of the data folder.',
      );
    }
    const token = /^Bearer (\S+)$/.exec(credential)?.[1] ?? '';
    if (!timingSafeEqual(digest(token), expected)) {
      return answerFailure(
        context,
        context.get('requestId'),
        'credential-invalid',
        'The token is not the admin token of this server.',
      );
    }
    context.set('actor', 'admin token');
    return next();
  });

  application.route('/', healthRoutes(options.services));
  application.route('/api', planRoutes(options.services));
  application.openAPIRegistry.registerComponent('securitySchemes', 'token', { type: 'http', scheme: 'bearer' });
  application.doc31('/api/openapi.json', { openapi: '3.1.0', info: { title: 'Watchbill', version: options.version } });

  application.notFound((context) =>
    answerFailure(
      context,
      context.get('requestId'),
      'not-found',
      `There is nothing at ${context.req.method} ${context.req.path}.`,
    ),
  );
  application.onError((thrown, context) => {
    const described = describeThrown(thrown);
    const requestId = context.get('requestId');
    if (described.code === 'internal-error') {
      options.log('request failed', {
        requestId,
        error: thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown),
      });
    }
    return answerFailure(context, requestId, described.code, described.message, described.where);
  });
  return application;
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
