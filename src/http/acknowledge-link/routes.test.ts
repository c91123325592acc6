import { beforeEach, describe, expect, test } from 'vitest';
import { WatchbillError } from '#kernel/error-codes.ts';
import type { Audited } from '../audit/audited.ts';
import { type LinkGrant, readLink, signLink } from './link-token.ts';
import { acknowledgeLinkRoutes } from './routes.ts';
import type { AcknowledgeLinkServices, LinkedAlert } from './services.ts';

const key = new Uint8Array(32).fill(3);
const NOW = 1_000_000;
const grant: LinkGrant = { plan: 'shop', alert: 'A-1', person: 'mia', expiresAt: NOW + 1 };
const path = `/a/${signLink(grant, key)}`;
const firing: LinkedAlert = {
  plan: 'shop',
  planTitle: 'Tea & <b>more</b>',
  alert: 'A-1',
  rule: 'payments',
  group: '<script>alert(1)</script>',
  severity: 'urgent',
  condition: 'payment_success < 90%',
  readings: [{ text: 'payment_success', value: '42% of 50' }],
  openedAt: '2026-03-02T09:00:00.000Z',
  openedAtShown: '2026-03-02 10:00 CET',
  url: 'http://localhost:4700/plans/shop/alerts/A-1',
  person: 'mia',
  version: 1,
};

/** What was written into the audit log. */
const written: string[] = [];
/** One alert, acknowledged by the version that its reader saw. */
let alert: LinkedAlert | undefined;
beforeEach(() => {
  alert = firing;
  written.length = 0;
});

const audited: Audited = {
  command: (event, _, act) => {
    written.push(`${event.actor?.kind} ${event.actor?.name}: ${event.action} ${event.plan} ${event.object}`);
    return act(() => {});
  },
  refusal: () => {},
};

const services: AcknowledgeLinkServices = {
  read: (token) => readLink(token, key, NOW),
  find: async () => alert,
  acknowledge: async ({ person }, expectedVersion) => {
    if (alert === undefined) throw new WatchbillError('not-found', 'There is no such alert.');
    if (alert.version !== expectedVersion) throw new WatchbillError('version-conflict', 'Too late.');
    alert = { ...alert, version: 2, acknowledged: { by: person, atShown: 'just now' } };
  },
};
const routes = acknowledgeLinkRoutes(services, audited);

async function open(url: string, form?: Record<string, string>) {
  const response = await routes.request(url, {
    method: form === undefined ? 'GET' : 'POST',
    ...(form === undefined ? {} : { body: new URLSearchParams(form) }),
  });
  return { status: response.status, headers: response.headers, text: await response.text() };
}

test('opening the link shows the alert and changes nothing', async () => {
  const shown = await open(path);
  expect(shown.status).toBe(200);
  expect(shown.text).toContain('Acknowledge as mia');
  expect(shown.text).toContain('42% of 50');
  expect(alert).toBe(firing);
  expect(written).toEqual([]);
});

test('what an alert is called is text, never markup', async () => {
  const { text, headers } = await open(path);
  expect(text).not.toContain('<script');
  expect(text).toContain('Tea &amp; &lt;b&gt;more&lt;/b&gt;');
  expect(headers.get('content-security-policy')).toContain("default-src 'none'");
  expect(headers.get('cache-control')).toBe('no-store');
});

test('pressing the button acknowledges as the person of the link', async () => {
  const done = await open(path, { version: '1' });
  expect(done.status).toBe(200);
  expect(done.text).toContain('Acknowledged by mia');
  expect(done.text).not.toContain('<button');
  expect(alert?.acknowledged?.by).toBe('mia');
  expect(written).toEqual(['link mia: POST /a/{token} shop A-1']);
});

test('whoever was slower sees who was faster, and that nothing happened twice', async () => {
  alert = { ...firing, version: 2, acknowledged: { by: 'leo', atShown: '10:01' } };
  const late = await open(path, { version: '1' });
  expect(late.status).toBe(409);
  expect(late.text).toContain('Acknowledged by leo');
});

test('an alert that has changed otherwise is shown again before it is acknowledged', async () => {
  alert = { ...firing, version: 3 };
  const late = await open(path, { version: '1' });
  expect(late.status).toBe(409);
  expect(late.text).toContain('It has changed since');
  expect(late.text).toContain('value="3"');
});

test('a resolved alert asks for nothing', async () => {
  alert = { ...firing, version: 2, resolvedAtShown: '10:05' };
  const shown = await open(path);
  expect(shown.text).toContain('Resolved 10:05');
  expect(shown.text).not.toContain('<button');
});

describe.each([['GET'], ['POST']])('by %s', (method) => {
  const form = method === 'POST' ? { version: '1' } : undefined;

  test('a forged link is not found', async () => {
    const shown = await open('/a/x.y', form);
    expect(shown.status).toBe(404);
    expect(shown.text).toContain('not valid');
    expect(alert).toBe(firing);
  });

  test('an expired link does nothing', async () => {
    const shown = await open(`/a/${signLink({ ...grant, expiresAt: NOW }, key)}`, form);
    expect(shown.status).toBe(410);
    expect(alert).toBe(firing);
  });
});

test.each([[undefined], [{ version: '1' }]])('an alert that is gone is said (form %j)', async (form) => {
  alert = undefined;
  const shown = await open(path, form);
  expect(shown.status).toBe(404);
  expect(shown.text).toContain('nothing to acknowledge');
});

test.each(['multipart/form-data', 'multipart/form-data; boundary=x'])(
  'a body that is not the %s that it says it is acknowledges nothing',
  async (type) => {
    const send = (url: string) =>
      routes.request(url, { method: 'POST', headers: { 'content-type': type }, body: 'no form' });
    expect((await send(path)).status).toBe(400);
    expect((await send('/a/x.y')).status).toBe(404);
    expect(alert).toBe(firing);
  },
);

test.each([[{}], [{ version: 'one' }], [{ version: '1.5' }]])('the form %j acknowledges nothing', async (form) => {
  expect((await open(path, form)).status).toBe(400);
  expect(alert).toBe(firing);
});

test('the style is served', async () => {
  const style = await open('/a/style.css');
  expect(style.status).toBe(200);
  expect(style.headers.get('content-type')).toContain('text/css');
});
