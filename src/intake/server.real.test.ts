import { mkdtemp, rm } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { createGate } from './gate.ts';
import { createNodeDisk } from './spool/node-disk.ts';
import { testKey } from './test-support.ts';
import { keyOf, Receiving } from './testing.ts';

const otherKey = `wb_ingest_${'o'.repeat(16)}_${'b'.repeat(32)}`;
const oldKey = 'an-old-key-made-elsewhere';
const MIB = 1_048_576;

let folder: string;
let there: Receiving;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'watchbill-intake-test-'));
  there = await Receiving.start({
    disk: createNodeDisk(folder),
    server: { requestTotalMs: 1_500, requestHeadersMs: 1_000, requestsPerKey: 3 },
  });
  await there.configure([
    keyOf(testKey, ['events:write']),
    keyOf(otherKey, ['read']),
    keyOf(oldKey, ['events:write'], { expiresAt: Date.now() - 1 }),
  ]);
});

afterAll(async () => {
  await there.stop();
  await rm(folder, { recursive: true, force: true });
});

interface Sent {
  readonly method?: string;
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string | undefined>>;
  readonly body?: string | Uint8Array;
}

async function send({ method = 'POST', path = '/v1/events', headers = {}, body }: Sent): Promise<{
  readonly status: number;
  readonly headers: Headers;
  readonly body: { readonly error?: { readonly code: string; readonly message: string }; readonly accepted?: number };
}> {
  const all = { authorization: `Bearer ${testKey}`, 'content-type': 'application/json', ...headers };
  const given = Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== undefined);
  const answer = await fetch(there.url(path), {
    method,
    headers: given,
    ...(body !== undefined && { body: body as never }),
  });
  return { status: answer.status, headers: answer.headers, body: (await answer.json()) as never };
}

/** Speaks to the port as no client library would; gives all that comes back. */
function speak(parts: readonly (string | Uint8Array)[], end: boolean): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(there.port, '127.0.0.1');
    let heard = '';
    socket.on('data', (chunk) => {
      heard += chunk.toString();
    });
    socket.on('error', () => {});
    socket.on('close', () => resolve(heard));
    for (const part of parts) socket.write(part);
    if (end) socket.end();
  });
}

const good = JSON.stringify({ name: 'order' });
const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
const deepRecord = `{"name":"order","a":${'{"a":'.repeat(80)}1${'}'.repeat(80)}}`;
const bomb = gzipSync(Buffer.alloc(200 * MIB, 0x20));

const refused: readonly (readonly [name: string, status: number, code: string, request: Sent])[] = [
  ['no credential', 401, 'credential-missing', { headers: { authorization: undefined }, body: good }],
  ['another scheme', 401, 'credential-invalid', { headers: { authorization: 'Basic abc' }, body: good }],
  ['an unknown key', 401, 'credential-invalid', { headers: { authorization: 'Bearer wb_ingest_no_x' }, body: good }],
  ['a wrong secret', 401, 'credential-invalid', { headers: { authorization: `Bearer ${testKey}x` }, body: good }],
  ['an expired key', 401, 'credential-invalid', { headers: { authorization: `Bearer ${oldKey}` }, body: good }],
  ['a key without the scope', 403, 'scope-missing', { headers: { authorization: `Bearer ${otherKey}` }, body: good }],
  ['an unknown path', 404, 'not-found', { path: '/v1/nothing', body: good }],
  ['a path of the prototype', 404, 'not-found', { path: '/constructor', body: good }],
  ['another method', 405, 'method-not-allowed', { method: 'PUT', body: good }],
  ['a long URL', 414, 'url-too-long', { path: `/v1/events?${'x'.repeat(9_000)}`, body: good }],
  ['many headers', 431, 'headers-too-large', { headers: manyHeaders(120), body: good }],
  ['a form', 415, 'unsupported-type', { headers: { 'content-type': 'application/x-www-form-urlencoded' }, body: good }],
  ['no type', 415, 'unsupported-type', { headers: { 'content-type': '' }, body: good }],
  ['another encoding', 415, 'unsupported-type', { headers: { 'content-encoding': 'br' }, body: good }],
  ['two encodings', 415, 'unsupported-type', { headers: { 'content-encoding': 'gzip, gzip' }, body: good }],
  ['a long idempotency key', 400, 'invalid-request', { headers: { 'idempotency-key': 'x'.repeat(300) }, body: good }],
  ['a large body', 413, 'body-too-large', { body: new Uint8Array(21 * MIB) }],
  ['a bomb', 413, 'body-too-large', { headers: { 'content-encoding': 'gzip' }, body: bomb }],
  [
    'cut gzip',
    400,
    'malformed-body',
    { headers: { 'content-encoding': 'gzip' }, body: gzipSync(good).subarray(0, 15) },
  ],
  ['no gzip', 400, 'malformed-body', { headers: { 'content-encoding': 'gzip' }, body: good }],
  ['invalid UTF-8', 400, 'malformed-body', { body: Buffer.from([0x22, 0xff, 0xfe, 0x22]) }],
  ['an empty body', 400, 'malformed-body', { body: '' }],
  ['cut JSON', 400, 'malformed-body', { body: '{"name":"ord' }],
  ['deep lists', 400, 'malformed-body', { body: deep }],
  ['a deep record', 400, 'malformed-body', { body: deepRecord }],
  ['lists of nothing', 413, 'body-too-large', { body: `[${'0,'.repeat(200_000)}0]` }],
  ['many keys', 400, 'malformed-body', { body: `{${Array.from({ length: 20_000 }, (_, n) => `"k${n}":{}`).join()}}` }],
];

describe('hostile requests', () => {
  test.each(refused)('%s gives %i %s, and nothing else breaks', async (_name, status, code, request) => {
    const answer = await send(request);
    expect([answer.status, answer.body.error?.code]).toEqual([status, code]);
    expect(answer.body.error?.message).not.toMatch(/at .*\.ts|secretsecret/);
    const normal = await send({ body: good });
    expect(normal).toMatchObject({ status: 200, body: { accepted: 1, rejected: [] } });
  });

  test('a slow body is answered with 408', async () => {
    const answer = await speak([`${head(100)}{"na`], false);
    expect(answer).toMatch(/^HTTP\/1\.1 408 .*"code":"request-timeout"/s);
  });

  test('slow headers are answered with 408', async () => {
    expect(await speak(['POST /v1/events HTTP/1.1\r\nhost: x\r\n'], false)).toMatch(/^HTTP\/1\.1 408 /);
  });

  test('large headers are answered with 431', async () => {
    const answer = await speak([`POST /v1/events HTTP/1.1\r\nhost: x\r\nx: ${'y'.repeat(20_000)}\r\n\r\n`], false);
    expect(answer).toMatch(/^HTTP\/1\.1 431 .*"code":"headers-too-large"/s);
  });

  test('what is no HTTP is answered with 400', async () => {
    expect(await speak(['\u0000\u0001\u0002\r\n\r\n'], true)).toMatch(/^HTTP\/1\.1 400 .*"code":"invalid-request"/s);
  });

  test('a large body with a bad credential is refused without being read', async () => {
    const before = process.memoryUsage().rss;
    const answer = await speak([head(20 * MIB, 'Bearer wb_ingest_no_x'), Buffer.alloc(2 * MIB)], false);
    expect(answer).toMatch(/^HTTP\/1\.1 401 /);
    expect(process.memoryUsage().rss - before).toBeLessThan(64 * MIB);
  });

  test('a key with too many requests under way gets 429, and room again when they end', async () => {
    const slow: Promise<string>[] = [];
    // One lasts a second and a half; on a busy machine three have to be found under way together. The fourth comes by a connection of its
    // own like the others: one that stands already would be quicker than they are, and take the place of one of them.
    const refusedOne = await vi.waitUntil(
      async () => {
        slow.push(...Array.from({ length: 3 }, () => speak([`${head(100)}{"na`], false)));
        const answer = await speak([`${head(good.length)}${good}`], true);
        return answer.startsWith('HTTP/1.1 429') ? answer : undefined;
      },
      { timeout: 60_000, interval: 500 },
    );
    expect(refusedOne).toMatch(/^retry-after: 1\r$/im);
    expect(refusedOne).toContain('"code":"too-many-requests"');
    await Promise.all(slow);
    await expect.poll(async () => (await send({ body: good })).status, { timeout: 60_000 }).toBe(200);
  });

  test('a connection that ends in its body stores nothing', async () => {
    const accepted = there.intake.status().accepted;
    await speak([`${head(1_000)}{"name":"order"}`], true);
    expect(there.intake.status().accepted).toBe(accepted);
  });

  test('names of the prototype are plain data', async () => {
    const body = '{"name":"odd","__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":2}},"toString":"x"}';
    expect(await send({ body })).toMatchObject({ status: 200, body: { accepted: 1 } });
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
    await expect
      .poll(() => there.stored.find(({ event }) => event.name === 'odd')?.event.attributes, { timeout: 60_000 })
      .toBeDefined();
    const attributes = there.stored.find(({ event }) => event.name === 'odd')?.event.attributes;
    expect(Object.entries(attributes ?? {}).sort()).toEqual([
      ['__proto__.polluted', 1],
      ['constructor.prototype.polluted', 2],
      ['toString', 'x'],
    ]);
  });

  test('no internal error was logged', () => {
    expect(there.log.filter((line) => /^Request|windows of plan/.test(line))).toEqual([]);
  });
});

describe('connections', () => {
  /** Says something on a connection of its own and waits until an answer begins; it stays open. */
  const converse = async (port: number, text: string): Promise<Socket> => {
    const socket = connect(port, '127.0.0.1');
    socket.on('error', () => {});
    socket.write(text);
    await new Promise((resolve) => socket.once('data', resolve));
    return socket;
  };
  const healthz = 'GET /healthz HTTP/1.1\r\nhost: test\r\n\r\n';

  test('those that stand idle make room for new ones; beyond the limit new ones are closed, counted and told of', async () => {
    const gate = createGate(there.clock);
    const small = await there.serveToo({ gate, connections: 4 });
    const [counted] = gate.connections;
    const idle: Socket[] = [];
    for (let turn = 0; turn < 8; turn += 1) idle.push(await converse(small.port, healthz));
    expect([counted?.dropped, counted?.open]).toEqual([0, expect.toSatisfy((open) => open <= 4)]);
    for (const socket of idle) socket.destroy();
    await vi.waitUntil(() => counted?.open === 0, { interval: 1, timeout: 60_000 });

    // Connections in the middle of a request make no room.
    const busy = await Promise.all(
      [1, 2, 3, 4].map(() =>
        converse(small.port, `${head(1_000).replace('\r\n\r\n', '\r\nexpect: 100-continue\r\n\r\n')}{"`),
      ),
    );
    expect(counted?.open).toBe(4);
    const another = connect(small.port, '127.0.0.1');
    another.on('error', () => {});
    await new Promise((resolve) => another.once('close', resolve));
    expect(counted?.dropped).toBe(1);
    expect(there.log.at(-1)).toContain('HTTP: 4 connections stand');
    for (const socket of busy) socket.destroy();
  });
});

describe('good requests', () => {
  test('gzip, NDJSON and chunked bodies are understood', async () => {
    expect(await send({ headers: { 'content-encoding': 'gzip' }, body: gzipSync(`[${good},${good}]`) })).toMatchObject({
      status: 200,
      body: { accepted: 2 },
    });
    expect(
      await send({ headers: { 'content-type': 'application/x-ndjson; charset=utf-8' }, body: `${good}\n\n${good}\n` }),
    ).toMatchObject({ status: 200, body: { accepted: 2 } });
    const chunked = await speak(
      [
        `${head(undefined)}10\r\n{"name":"order"}\r\n0\r\n\r\n`.replace(
          '\r\n\r\n',
          '\r\ntransfer-encoding: chunked\r\nconnection: close\r\n\r\n',
        ),
      ],
      false,
    );
    expect(chunked).toMatch(/^HTTP\/1\.1 200 .*"accepted":1/s);
  });

  test('a request that comes again is answered the same', async () => {
    const request: Sent = { headers: { 'idempotency-key': 'again' }, body: `[${good},{"name":""}]` };
    const first = await send(request);
    const accepted = there.intake.status().accepted;
    expect((await send(request)).body).toEqual(first.body);
    expect(there.intake.status().accepted).toBe(accepted);
    expect((await send({ ...request, body: good })).status).toBe(409);
  });

  test('health and readiness need no key', async () => {
    const plain = { authorization: undefined, 'content-type': undefined };
    expect(await send({ method: 'GET', path: '/healthz', headers: plain })).toMatchObject({ status: 200 });
    expect(await send({ method: 'GET', path: '/readyz', headers: plain })).toMatchObject({
      status: 200,
      body: { ready: true, reasons: [] },
    });
  });
});

function head(length: number | undefined, authorization = `Bearer ${testKey}`): string {
  const lines = [
    'POST /v1/events HTTP/1.1',
    'host: test',
    `authorization: ${authorization}`,
    'content-type: application/json',
    ...(length === undefined ? [] : [`content-length: ${length}`]),
  ];
  return `${lines.join('\r\n')}\r\n\r\n`;
}

function manyHeaders(count: number): Record<string, string> {
  return Object.fromEntries(Array.from({ length: count }, (_, index) => [`x-${index}`, '1']));
}
