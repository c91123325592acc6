import { deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { scopesOfKind, sentryDsn } from '#kernel/ingest-key.ts';
import type { Intake } from '../intake.ts';
import type { RunningServer } from '../server.ts';
import { ingestKey, settle, startIntake, T0, type TestIntake, testKey } from '../test-support.ts';
import { keyOf, serve } from '../testing.ts';
import { sentryRoutes } from './receive.ts';

const KEY = `wb_sentry_${'s'.repeat(16)}_${'b'.repeat(32)}`;

let there: TestIntake;
let server: RunningServer;

beforeAll(async () => {
  there = await startIntake();
  there.connect().say({
    type: 'configure',
    plans: [{ name: 'shop', version: 1, files: [], watermark: 0 }],
    keys: [ingestKey(), keyOf(KEY, scopesOfKind.sentry)],
  });
  await settle();
  // The server goes by real time; the one of intake stands still.
  server = await serve(there.intake);
});

afterAll(async () => {
  await server.stop(0);
  await there.intake.stop();
});

let counter = 0;

/** An envelope with one event that has not been there before. */
function envelope(changes: object = {}, header: object = {}): { readonly id: string; readonly text: string } {
  counter += 1;
  const id = counter.toString(16).padStart(32, 'a');
  const event = { event_id: id, timestamp: T0 / 1_000, exception: { values: [{ type: 'E', value: 'x' }] }, ...changes };
  return { id, text: `${JSON.stringify({ event_id: id, ...header })}\n{"type":"event"}\n${JSON.stringify(event)}\n` };
}

function post(body: string | Uint8Array, headers: Record<string, string> = auth(), path = '/api/1/envelope/') {
  const url = `http://127.0.0.1:${server.port}${path}`;
  return fetch(url, { method: 'POST', headers, body: Buffer.from(body) });
}

const auth = (key = KEY): Record<string, string> => ({
  'x-sentry-auth': `Sentry sentry_version=7, sentry_client=test/1.0, sentry_key=${key}`,
});

async function refusalOf(
  answer: Response,
): Promise<{ readonly detail: string; readonly error: { readonly code: string } }> {
  return (await answer.json()) as Awaited<ReturnType<typeof refusalOf>>;
}

const acceptedSoFar = (): number => there.intake.status().accepted;

test('an event is taken with the key in the header, the address, or the envelope itself, and answered with its id', async () => {
  const before = acceptedSoFar();
  const inHeader = envelope();
  const inAddress = envelope();
  const inEnvelope = envelope({}, { dsn: sentryDsn('https://intake.example', KEY) });
  const answers = [
    await post(inHeader.text),
    await post(inAddress.text, {}, `/api/1/envelope/?sentry_version=7&sentry_key=${KEY}`),
    await post(inEnvelope.text, {}, '/api/1/envelope'),
  ];
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
  expect(await Promise.all(answers.map((answer) => answer.json()))).toEqual([
    { id: inHeader.id },
    { id: inAddress.id },
    { id: inEnvelope.id },
  ]);
  expect(acceptedSoFar() - before).toBe(3);
});

test('packed in every way that SDKs pack', async () => {
  for (const [encoding, pack] of [
    ['gzip', gzipSync],
    ['deflate', deflateSync],
    ['zstd', zstdCompressSync],
  ] as const) {
    const { text } = envelope();
    expect((await post(pack(text), { ...auth(), 'content-encoding': encoding })).status, encoding).toBe(200);
  }
  expect((await post('x', { ...auth(), 'content-encoding': 'br' })).status).toBe(415);
});

test('the store of old SDKs takes an event without an envelope', async () => {
  const id = 'c'.repeat(32);
  const answer = await post(JSON.stringify({ event_id: id, message: 'x', level: 'error' }), auth(), '/api/1/store/');
  expect([answer.status, await answer.json()]).toEqual([200, { id }]);
});

test('the same event in another envelope is not counted again', async () => {
  const { id, text } = envelope();
  await post(text);
  await settle();
  const loadedBefore = there.executors.at(-1)?.seen.length;
  const again = await post(text.replace('{', '{"sent_at":"2026-09-21T14:13:21Z",'));
  expect([again.status, await again.json()]).toEqual([200, { id }]);
  await settle();
  expect(there.executors.at(-1)?.seen.length).toBe(loadedBefore);
});

test('a page of any origin may send, and read what became of it', async () => {
  const preflight = await fetch(`http://127.0.0.1:${server.port}/api/1/envelope/`, { method: 'OPTIONS' });
  expect(preflight.status).toBe(200);
  expect(preflight.headers.get('access-control-allow-origin')).toBe('*');
  expect(preflight.headers.get('access-control-allow-methods')).toBe('POST');
  expect(preflight.headers.get('access-control-allow-headers')).toContain('x-sentry-auth');
  const refused = await post('{}', {}, '/api/1/envelope/?sentry_key=nobody');
  expect([refused.status, refused.headers.get('access-control-allow-origin')]).toEqual([401, '*']);
  const other = await fetch(`http://127.0.0.1:${server.port}/v1/events`, { method: 'OPTIONS' });
  expect([other.status, other.headers.get('access-control-allow-origin')]).toEqual([405, null]);
});

test.each([
  ['no key', {}, 401, 'credential-missing'],
  ['an unknown key', auth(KEY.replace('b', 'c')), 401, 'credential-invalid'],
  ['a key for something else', auth(testKey), 403, 'scope-missing'],
])('%s is refused, also in the terms of SDKs', async (_what, headers, status, code) => {
  const answer = await post(envelope().text, headers);
  expect(answer.status).toBe(status);
  expect(await answer.json()).toMatchObject({ detail: expect.any(String), error: { code } });
});

test('a key for Sentry may send nothing else', async () => {
  const answer = await post('[]', { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' }, '/v1/events');
  expect([answer.status, (await refusalOf(answer)).error.code]).toEqual([403, 'scope-missing']);
});

test('what is malformed is named, and nothing of it is kept', async () => {
  const before = acceptedSoFar();
  const cut = await post('{}\n{"type":"event","length":100}\n{}');
  expect([cut.status, (await refusalOf(cut)).detail]).toEqual([
    400,
    'Item 1: its payload does not end where its length says.',
  ]);
  const broken = await post('{}\n{"type":"event"}\n{"message":\n');
  expect([broken.status, (await refusalOf(broken)).detail]).toEqual([400, 'event: This is not valid JSON.']);
  const old = await post(envelope({ timestamp: 1_000_000_000 }).text);
  expect([old.status, (await refusalOf(old)).error.code]).toEqual([400, 'time-too-old']);
  expect(acceptedSoFar()).toBe(before);
});

test('an SDK that has to wait is told for how long, and with what', async () => {
  const [route] = sentryRoutes(there.intake);
  const head = {
    method: 'POST',
    path: '',
    parameters: {},
    query: new URLSearchParams(),
    headers: {},
    requestId: 'r-1',
  };
  const refusal = { code: 'too-many-events', message: 'Too many.', retryAfterSeconds: 6.5 } as const;
  expect(route?.refuse?.(refusal, head)).toEqual({
    status: 429,
    headers: { 'retry-after': '7', 'x-sentry-rate-limits': '7::key:too-many-events' },
    body: { detail: 'Too many.', error: { code: 'too-many-events', message: 'Too many.', requestId: 'r-1' } },
  });
  const full: Pick<Intake, 'accept' | 'authorize'> = {
    authorize: there.intake.authorize.bind(there.intake),
    accept: async () => ({ ok: false, failure: { code: 'spool-full', message: 'Full.', retryAfterSeconds: 10 } }),
  };
  const [waiting] = sentryRoutes(full as Intake);
  const body = new TextEncoder().encode(`${envelope().text}{"type":"session"}\n{}\n`);
  const answer = await waiting?.receive({ head, grant: { keyId: 'k', plan: 'shop' }, body });
  expect([answer?.status, answer?.headers['x-sentry-rate-limits']]).toEqual([503, '10:error;session:key:spool-full']);
});

test('a large envelope without a key in its head is not even unpacked', async () => {
  const { text } = envelope({}, { dsn: sentryDsn('https://intake.example', KEY) });
  const packed = await post(gzipSync(text), { 'content-encoding': 'gzip' });
  expect(packed.status).toBe(415);
  const large = await post(text + ' '.repeat(1_100_000), {});
  expect(large.status).toBe(413);
});
