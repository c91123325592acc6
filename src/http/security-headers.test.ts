import { expect, test } from 'vitest';
import { createApplication } from './application.ts';
import type { ApiServices } from './services.ts';

function applicationAt(publicUrl: string) {
  return createApplication({
    services: { status: { readiness: async () => ({ ready: true, reasons: [] }) } } as unknown as ApiServices,
    authenticate: async () => ({ state: 'anonymous' }),
    hosts: ['localhost'],
    random: { bytes: (length) => new Uint8Array(length), fraction: () => 0 },
    clock: { now: () => 0, monotonicMs: () => 0, schedule: () => () => {}, after: () => () => {} },
    audit: { append: async () => {} },
    version: '1.2.3',
    publicUrl,
    log: () => {},
  });
}

async function headersOf(publicUrl: string, path: string, host = 'localhost'): Promise<Headers> {
  return (await applicationAt(publicUrl).request(path, { headers: { host } })).headers;
}

test.each([
  ['/healthz', 'localhost'],
  ['/api/status', 'localhost'],
  ['/api/sign-in-misspelt', 'localhost'],
  ['/nothing', 'localhost'],
  ['/api/status', 'evil.example'],
])('%s of %s says that it is no page and no type but its own', async (path, host) => {
  const headers = await headersOf('http://localhost:4700', path, host);
  expect(headers.get('content-security-policy')).toBe("default-src 'none'; frame-ancestors 'none'");
  expect(headers.get('x-content-type-options')).toBe('nosniff');
  expect(headers.get('referrer-policy')).toBe('no-referrer');
  expect(headers.get('cross-origin-opener-policy')).toBe('same-origin');
  expect(headers.get('access-control-allow-origin')).toBeNull();
});

test('what the API answers is kept by nobody', async () => {
  expect((await headersOf('http://localhost:4700', '/api/status')).get('cache-control')).toBe('no-store');
});

test('strict transport security is said where there is TLS, and nowhere else', async () => {
  expect((await headersOf('http://localhost:4700', '/healthz')).get('strict-transport-security')).toBeNull();
  const behindTls = await headersOf('https://watch.example', '/healthz');
  expect(behindTls.get('strict-transport-security')).toBe('max-age=15552000');
});
