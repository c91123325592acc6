import { afterEach, describe, expect, test } from 'vitest';
import { routes as declared } from '#contract/routes.ts';
import { errorCodes, WatchbillError } from '#kernel/error-codes.ts';
import { limits } from '#kernel/limits.ts';
import { application, calls, logged, type Sent, send, TOKEN } from './test-support.ts';
import { asked, breakServices, forgetQuestions } from './testing.ts';
import { verbs } from './verbs.ts';

const PLANTED = 'planted-secret-5f1c';

afterEach(() => {
  forgetQuestions();
  logged.length = 0;
});

const cases = calls.map(({ route, path, body, asks }) => {
  const sent: Sent = {
    method: route.method.toUpperCase(),
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  };
  return { path, sent, asks };
});

describe.each(cases)('$sent.method $path', ({ path, sent, asks }) => {
  test('with the token it is answered', async () => {
    const answer = await send(path, sent);
    expect(answer.status).toBe(200);
    expect(asked).toEqual([asks]);
    expect(answer.headers.get('x-request-id')).toMatch(/^[\w-]{12}$/);
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
  });

  test.each([
    ['credential-missing', undefined],
    ['credential-invalid', 'Bearer wb_admin_the-wrong-one'],
    ['credential-invalid', `Basic ${TOKEN}`],
    ['credential-invalid', `Bearer ${TOKEN}x`],
    ['credential-invalid', 'Bearer '],
  ] as const)('%s: %s', async (code, authorization) => {
    const answer = await send(path, { ...sent, authorization });
    expect(answer.status).toBe(401);
    expect(answer.body.error?.code).toBe(code);
    // The keys that `watchbill key create` makes have no right here.
    expect(answer.body.error).toMatchObject({ hint: expect.stringMatching(/token .*API/) });
    expect(asked).toEqual([]);
    expect(answer.text).not.toContain(TOKEN);
  });

  test('under a foreign name it is refused, whoever asks', async () => {
    const answer = await send(path, { ...sent, host: 'evil.example' });
    expect(answer.status).toBe(421);
    expect(answer.body.error).toMatchObject({ code: 'wrong-host', where: 'Host' });
    expect(asked).toEqual([]);
  });

  test('a bug is answered with a request id and nothing else', async () => {
    breakServices(new Error(`connection to postgres://admin:${PLANTED}@db failed`));
    const answer = await send(path, sent);
    expect(answer.status).toBe(500);
    expect(answer.body.error).toMatchObject({ code: 'internal-error', hint: errorCodes['internal-error'].hint });
    expect(answer.text).not.toContain(PLANTED);
    expect(answer.body.error?.requestId).toBe(answer.headers.get('x-request-id'));
    expect(JSON.stringify(logged)).toContain(String(answer.body.error?.requestId));
  });

  test('what a service refuses is answered with its code, and with Retry-After where waiting helps', async () => {
    const refusal = new WatchbillError('not-ready', 'The plan is not running yet.', 'shop');
    breakServices(refusal);
    const answer = await send(path, sent);
    expect(answer.status).toBe(503);
    expect(answer.headers.get('retry-after')).toBe('1');
    expect(answer.body.error).toMatchObject({ code: 'not-ready', message: refusal.message, where: 'shop' });
    expect(logged).toEqual([]);
  });
});

test('health and readiness need no token', async () => {
  expect(await send('/healthz', { authorization: undefined })).toMatchObject({ status: 200, body: { status: 'ok' } });
  const ready = await send('/readyz', { authorization: undefined });
  expect(ready).toMatchObject({ status: 503, body: { ready: false, reasons: ['PostgreSQL does not answer.'] } });
  expect(ready.headers.get('retry-after')).toBe('1');
  expect((await send('/healthz', { host: 'evil.example' })).status).toBe(421);
});

test.each([
  ['localhost', 200],
  ['LOCALHOST:4700', 200],
  ['[::1]:4700', 200],
  ['127.0.0.1', 200],
  ['', 421],
  ['localhost.evil.example', 421],
  ['localhost:4700@evil.example', 421],
])('the name "%s" is answered with %i', async (host, status) => {
  expect((await send('/healthz', { host })).status).toBe(status);
});

test.each([
  ['GET', '/api/nothing'],
  ['GET', '/'],
  ['DELETE', '/api/status'],
  ['GET', '/api/plans/shop/facts/1'],
])('%s %s: there is nothing', async (method, path) => {
  const answer = await send(path, { method });
  expect(answer.status).toBe(404);
  expect(answer.headers.get('content-type')).toMatch('application/json');
  expect(answer.body.error?.code).toBe('not-found');
});

test('metrics need the token, and count requests by their route as it is declared', async () => {
  expect((await send('/metrics', { authorization: undefined })).body.error?.code).toBe('credential-missing');
  await send('/api/plans/shop/versions');
  const headers = { host: 'localhost', authorization: `Bearer ${TOKEN}` };
  const response = await application.request('/metrics', { headers });
  expect(response.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
  const text = await response.text();
  expect(text).toMatch(
    /^watchbill_http_requests_total\{route="GET \/api\/plans\/:plan\/versions",status="200"\} \d+$/m,
  );
  expect(text).toContain('watchbill_http_requests_total{route="GET /metrics",status="401"} 1');
});

test('without the token nobody learns which routes there are', async () => {
  expect((await send('/api/nothing', { authorization: undefined })).status).toBe(401);
});

test.each([
  ['{', 'malformed-body', undefined],
  ['', 'malformed-body', undefined],
  ['{}', 'invalid-request', 'files'],
  ['{"files":[]}', 'invalid-request', 'files'],
  [`{"files":[{"path":"a","text":7}]}`, 'invalid-request', 'files.0.text'],
  [`{"files":[{"path":"a","text":""}],"expectedVersion":-1}`, 'invalid-request', 'expectedVersion'],
  [`{"files":[{"path":"a","text":""}],"preveiw":true}`, 'invalid-request', undefined],
  ['[]', 'invalid-request', undefined],
] as const)('the body %s is refused with its code and field', async (body, code, where) => {
  const answer = await send('/api/plans', { method: 'POST', body });
  expect(answer.status).toBe(400);
  expect(answer.body.error?.code).toBe(code);
  if (where !== undefined) expect(answer.body.error?.where).toBe(where);
  expect(asked).toEqual([]);
});

test('a body that is not JSON at all is refused by its type', async () => {
  const answer = await send('/api/plans', { method: 'POST', body: 'plan: shop', type: 'application/yaml' });
  expect(answer.status).toBe(415);
  expect(answer.body.error?.code).toBe('unsupported-type');
  expect(asked).toEqual([]);
});

test.each([
  [{ name: 'tea\r\nshop' }, 'name'],
  [{ name: '\u0000' }, 'name'],
  [{ name: ' ' }, 'name'],
  [{ name: 'tea', expiresInMs: Number.MAX_SAFE_INTEGER }, 'expiresInMs'],
])('a key is not made of %j', async (body, where) => {
  const answer = await send('/api/plans/shop/keys', { method: 'POST', body: JSON.stringify(body) });
  expect(answer.status).toBe(400);
  expect(answer.body.error).toMatchObject({ code: 'invalid-request', where });
  expect(asked).toEqual([]);
});

test.each([
  ['after=-1', 'after'],
  ['limit=0', 'limit'],
  ['limit=100000', 'limit'],
  ['limit=many', 'limit'],
])('the query %s is refused', async (query, where) => {
  const answer = await send(`/api/plans/shop/facts?${query}`);
  expect(answer.status).toBe(400);
  expect(answer.body.error).toMatchObject({ code: 'invalid-request', where });
});

test('a body above the limit is refused', async () => {
  const body = JSON.stringify({ files: [{ path: 'a', text: 'x'.repeat(limits.commandBodyBytes) }] });
  const answer = await send('/api/plans', { method: 'POST', body });
  expect(answer.status).toBe(413);
  expect(answer.body.error?.code).toBe('body-too-large');
  expect(asked).toEqual([]);
});

test.each([
  ['/api/sign-in', undefined],
  ['/a/x.y', undefined],
  ['/api/plans', 'Bearer wb_api_none'],
])('of whoever shows no good credential %s takes no long body', async (path, authorization) => {
  let taken = 0;
  const part = new TextEncoder().encode(' '.repeat(16_384));
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      taken += part.length;
      if (taken > limits.commandBodyBytes) controller.close();
      else controller.enqueue(part);
    },
  });
  const headers = new Headers({
    host: 'localhost',
    'content-type': 'application/json',
    'transfer-encoding': 'chunked',
  });
  if (authorization !== undefined) headers.set('authorization', authorization);
  const init = { method: 'POST', headers, body, duplex: 'half' } as const;
  const response = await application.request(new Request(`http://localhost${path}`, init));
  expect([401, 413]).toContain(response.status);
  expect(taken).toBeLessThanOrEqual(2 * limits.strangerBodyBytes);
});

test('asking for the headers of a stream begins none', async () => {
  const answer = await application.request('/api/plans/shop/live', {
    method: 'HEAD',
    headers: { host: 'localhost', authorization: `Bearer ${TOKEN}` },
  });
  expect(answer.status).toBe(200);
  expect(answer.headers.get('content-type')).toBe('text/event-stream');
  expect(asked).toEqual([]);
});

test('every declared route has a call among these, but for those of sign-in and access', () => {
  const called = new Set<unknown>(calls.map(({ route }) => route));
  const withTestsOfTheirOwn =
    /^\/(sign-in|sign-out|set-up|session|sessions|password|password-reset|members|invitations|tokens|audit)\b/;
  const forgotten = Object.values(declared).filter(
    (route) => !called.has(route) && !withTestsOfTheirOwn.test(route.path),
  );
  expect(forgotten).toEqual([]);
});

test('every declared route has one verb', () => {
  expect(verbs.map(({ route }) => route)).toEqual(expect.arrayContaining(Object.values(declared)));
  expect(verbs).toHaveLength(Object.values(declared).length);
});

test('every request has an id of its own', async () => {
  const ids = await Promise.all([1, 2, 3].map(async () => (await send('/healthz')).headers.get('x-request-id')));
  expect(new Set(ids).size).toBe(3);
});
