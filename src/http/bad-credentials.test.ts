import { expect, test } from 'vitest';
import { limits } from '#kernel/limits.ts';
import { standIns } from '../../test/kit/access.ts';
import { createApplication } from './application.ts';
import { createAuthenticate } from './authenticate.ts';

const ADMIN_TOKEN = 'wb_admin_of-this-test';

/** An application on a database that knows no credential, and how often that was asked. */
function startAt(at: { ms: number }) {
  const looks = { count: 0 };
  const look = async () => {
    looks.count += 1;
    return undefined;
  };
  const application = createApplication({
    services: standIns(),
    authenticate: createAuthenticate({ adminToken: ADMIN_TOKEN, sessions: { find: look }, tokens: look }),
    hosts: ['localhost'],
    random: { bytes: (length) => new Uint8Array(length), fraction: () => 0 },
    clock: { now: () => 0, monotonicMs: () => at.ms, schedule: () => () => {}, after: () => () => {} },
    audit: { append: async () => {} },
    version: '1.2.3',
    log: () => {},
  });
  const send = async (headers: Record<string, string>) =>
    (await application.request('/api/session', { headers: { host: 'localhost', ...headers } })).status;
  return { looks, send };
}

test.each([
  ['tokens', (n: number) => ({ authorization: `Bearer wb_api_${n}` })],
  ['cookies', (n: number) => ({ cookie: `__Host-watchbill-session=${String(n).padStart(32, 'x')}` })],
])('of one address so many wrong %s are looked for and no more', async (_, credential) => {
  const at = { ms: 0 };
  const { looks, send } = startAt(at);
  for (let n = 0; n < limits.apiRequestsBurst; n += 1) expect(await send(credential(n))).toBe(401);
  expect(looks.count).toBe(limits.apiRequestsBurst);
  expect(await send(credential(-1))).toBe(429);
  expect(looks.count).toBe(limits.apiRequestsBurst);
  at.ms += 1_000;
  expect(await send(credential(-2))).toBe(401);
});

test('right ones take nothing from the address', async () => {
  const at = { ms: 0 };
  const { send } = startAt(at);
  for (let n = 0; n < limits.apiRequestsBurst; n += 1) await send({ authorization: `Bearer ${ADMIN_TOKEN}` });
  expect(await send({ authorization: 'Bearer wb_api_none' })).toBe(401);
});
