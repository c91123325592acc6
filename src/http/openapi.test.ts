import { describe, expect, test } from 'vitest';
import { routes as declared } from '#contract/routes.ts';
import { application, send, TOKEN } from './test-support.ts';

interface Description {
  readonly openapi: string;
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, unknown>>; readonly securitySchemes?: object };
  readonly security?: unknown;
}
interface Operation {
  readonly summary?: string;
  readonly security?: unknown;
  readonly 'x-scope'?: string;
  readonly responses: Readonly<Record<string, unknown>>;
}

describe('the OpenAPI description', async () => {
  const answer = await send('/api/openapi.json');
  const description = answer.body as unknown as Description;

  test('has every route, each with a summary and its failures', () => {
    const described = Object.entries(description.paths).flatMap(([path, operations]) =>
      Object.keys(operations).map((method) => `${method.toUpperCase()} ${path}`),
    );
    const expected = [
      'GET /healthz',
      'GET /readyz',
      ...Object.values(declared).map(({ method, path }) => `${method.toUpperCase()} /api${path}`),
    ];
    expect(described.sort()).toEqual(expected.sort());
    for (const [path, operations] of Object.entries(description.paths)) {
      for (const operation of Object.values(operations)) {
        expect(operation.summary).toMatch(/\.$/);
        expect(operation.responses).toHaveProperty('200');
        if (path.startsWith('/api/')) expect(operation.responses).toHaveProperty('default');
      }
    }
  });

  test('says that the API needs the token and that health does not', () => {
    expect(description.components.securitySchemes).toMatchObject({ token: { type: 'http', scheme: 'bearer' } });
    for (const [path, operations] of Object.entries(description.paths)) {
      for (const operation of Object.values(operations)) {
        const open = !path.startsWith('/api/') || operation['x-scope'] === 'public';
        expect(operation.security).toEqual(open ? undefined : [{ token: [] }, { session: [] }]);
      }
    }
  });

  test('refers only to schemas that it has', () => {
    const references = [...answer.text.matchAll(/"\$ref":"#\/components\/schemas\/(\w+)"/g)].map(([, name]) => name);
    expect(references.length).toBeGreaterThan(5);
    for (const name of references) expect(description.components.schemas).toHaveProperty(String(name));
    for (const name of ['Status', 'Reading', 'Alert', 'ApplyAnswer', 'Fact', 'InboxMessage', 'Key', 'Failure']) {
      expect(description.components.schemas).toHaveProperty(name);
    }
    expect(description.openapi).toBe('3.1.0');
  });

  test('comes compressed to who can read that, as every answer to a reading does', async () => {
    const headers = { host: 'localhost:4700', authorization: `Bearer ${TOKEN}`, 'accept-encoding': 'gzip, br' };
    const response = await application.request('/api/openapi.json', { headers });
    expect(response.headers.get('content-encoding')).toBe('gzip');
    const body = response.body ?? new ReadableStream();
    const text = await new Response(body.pipeThrough(new DecompressionStream('gzip'))).text();
    expect(JSON.parse(text)).toEqual(answer.body);
  });

  test('needs the token', async () => {
    expect((await send('/api/openapi.json', { authorization: undefined })).status).toBe(401);
  });
});
