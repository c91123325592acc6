import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { WatchbillError } from '#kernel/error-codes.ts';
import { limits } from '#kernel/limits.ts';
import { createApplication } from '../application.ts';
import { readWebFiles } from './web-files.ts';

const PAGE = '<!doctype html><meta property="csp-nonce" content="" /><div id="root"></div>';
let folder: string;
let application: ReturnType<typeof createApplication>;
let counter = 0;

function nextBytes(length: number): Uint8Array {
  counter += 1;
  return new Uint8Array(length).fill(counter);
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'watchbill-web-'));
  await mkdir(join(folder, 'dist/assets'), { recursive: true });
  await mkdir(join(folder, 'dist/.vite'));
  await writeFile(join(folder, 'secret.txt'), 'not for you');
  for (const [name, text] of [
    ['index.html', PAGE],
    ['scheme.js', 'scheme'],
    ['assets/index-1a2b.js', 'plain'],
    ['assets/index-1a2b.js.br', 'as brotli'],
    ['assets/index-1a2b.js.gz', 'as gzip'],
    ['.vite/manifest.json', '{}'],
    ['notes.txt', 'of a type that pages have no use for'],
  ] as const) {
    await writeFile(join(folder, 'dist', name), text);
  }
  const web = await readWebFiles(join(folder, 'dist'));
  if (web === undefined) throw new Error('nothing was read');
  application = createApplication({
    services: new Proxy({}, { get: () => ({}) }) as never,
    authenticate: async () => ({ state: 'anonymous' }),
    hosts: ['localhost'],
    clock: { now: () => 0, monotonicMs: () => 0, schedule: () => () => {}, after: () => () => {} },
    audit: { append: async () => {} },
    random: { bytes: nextBytes, fraction: () => 0 },
    version: '1.2.3',
    web,
    log: () => {},
  });
});
afterAll(() => rm(folder, { recursive: true }));

async function get(path: string, headers: Readonly<Record<string, string>> = {}) {
  const response = await application.request(path, { headers: { host: 'localhost', ...headers } });
  return { status: response.status, headers: response.headers, text: await response.text() };
}

test.each(['/', '/plans/tea-shop', '/plans/tea-shop/signals/a.b', '/sign-in', '/nothing/of/ours'])(
  '%s is answered with the page',
  async (path) => {
    const answer = await get(path);
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toBe('text/html; charset=UTF-8');
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(answer.text).toContain('<div id="root">');
  },
);

test('each answer has a nonce of its own, which its policy names', async () => {
  const answers = [await get('/'), await get('/')];
  const nonces = answers.map(({ text }) => /csp-nonce" content="([\w-]+)"/.exec(text)?.[1]);
  expect(new Set(nonces).size).toBe(2);
  for (const [index, { headers }] of answers.entries()) {
    expect(headers.get('content-security-policy')).toContain(`style-src 'self' 'nonce-${nonces[index]}';`);
  }
});

test('the policy lets nothing in from elsewhere, and no text become markup', async () => {
  const { headers } = await get('/');
  expect(headers.get('content-security-policy')?.replace(/nonce-[\w-]+/, 'nonce-…')).toMatchInlineSnapshot(
    `"default-src 'none'; script-src 'self'; style-src 'self' 'nonce-…'; connect-src 'self'; img-src 'self' data:; font-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types default"`,
  );
  expect(headers.get('x-content-type-options')).toBe('nosniff');
  expect(headers.get('cross-origin-opener-policy')).toBe('same-origin');
  expect(headers.get('referrer-policy')).toBe('no-referrer');
});

test.each([
  ['br, gzip', 'br', 'as brotli'],
  ['gzip, deflate', 'gzip', 'as gzip'],
  ['br;q=0, gzip', 'gzip', 'as gzip'],
  ['identity', null, 'plain'],
])('to a browser that takes "%s" a script is sent as %s', async (accepted, encoding, text) => {
  const answer = await get('/assets/index-1a2b.js', { 'accept-encoding': accepted });
  expect(answer.headers.get('content-encoding')).toBe(encoding);
  expect(answer.headers.get('vary')).toBe('Accept-Encoding');
  expect(answer.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
  expect(answer.headers.get('content-type')).toBe('text/javascript; charset=utf-8');
  expect(answer.text).toBe(text);
});

test('a script that becomes a worker may load our scripts and nothing else', async () => {
  const { headers } = await get('/assets/index-1a2b.js');
  expect(headers.get('content-security-policy')).toBe("default-src 'none'; script-src 'self'");
});

test('a file whose name has no hash is asked for again, and not sent again', async () => {
  const first = await get('/scheme.js');
  expect(first.headers.get('cache-control')).toBe('no-cache');
  const again = await get('/scheme.js', { 'if-none-match': first.headers.get('etag') ?? '' });
  expect(again).toMatchObject({ status: 304, text: '' });
});

test.each(['/api/nothing', '/api', '/assets/gone-9f.js', '/a/no-such-token/x', '/healthz/x'])(
  '%s is no page',
  async (path) => {
    const answer = await get(path);
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(answer.text).not.toContain('<div id="root">');
  },
);

test.each([
  '/../secret.txt',
  '/assets/../../secret.txt',
  '/assets/%2e%2e/%2e%2e/secret.txt',
  '/..%2fsecret.txt',
  '/assets/..\\..\\secret.txt',
  '/.vite/manifest.json',
  '/notes.txt',
  '/index.html',
  '//etc/passwd',
])('%s gives no other file', async (path) => {
  const answer = await get(path);
  expect(answer.text).not.toContain('not for you');
  expect(answer.text === '{}' || answer.text.includes('of a type')).toBe(false);
});

test('pages too are only for those who address the server by its name', async () => {
  expect((await get('/', { host: 'evil.example' })).status).toBe(421);
});

test('without a build there is nothing to serve, and one too large is refused', async () => {
  expect(await readWebFiles(join(folder, 'elsewhere'))).toBeUndefined();
  const large = join(folder, 'large');
  await mkdir(join(large, 'assets'), { recursive: true });
  await writeFile(join(large, 'index.html'), PAGE);
  await writeFile(join(large, 'assets/big.js'), new Uint8Array(limits.webBytes + 1));
  await expect(readWebFiles(large)).rejects.toThrow(WatchbillError);
});
