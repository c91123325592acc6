import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import type { ApiEnvironment } from '../environment.ts';
import { createRouter } from '../router.ts';
import type { StatusServices } from '../status/services.ts';

const healthSchema = z.object({ status: z.literal('ok') }).meta({ id: 'Health' });
const readinessSchema = z.object({ ready: z.boolean(), reasons: z.array(z.string()) }).meta({ id: 'Readiness' });

const getHealth = createRoute({
  method: 'get',
  path: '/healthz',
  summary: 'The core process answers.',
  responses: { 200: { description: 'Alive', content: { 'application/json': { schema: healthSchema } } } },
});

const getReadiness = createRoute({
  method: 'get',
  path: '/readyz',
  summary: 'Stores, core and intake do their work; otherwise the reasons why not.',
  responses: {
    200: { description: 'Ready', content: { 'application/json': { schema: readinessSchema } } },
    503: { description: 'Not ready', content: { 'application/json': { schema: readinessSchema } } },
  },
});

/** Open to all: load balancers and supervisors have no token. The reasons name parts of Watchbill, never data. */
export function healthRoutes(services: StatusServices): OpenAPIHono<ApiEnvironment> {
  const routes = createRouter();
  routes.openapi(getHealth, (context) => context.json({ status: 'ok' as const }, 200));
  routes.openapi(getReadiness, async (context) => {
    const readiness = await services.readiness();
    const body = { ready: readiness.ready, reasons: [...readiness.reasons] };
    if (readiness.ready) return context.json(body, 200);
    context.header('Retry-After', '1');
    return context.json(body, 503);
  });
  return routes;
}
