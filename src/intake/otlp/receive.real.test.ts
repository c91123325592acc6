import { connect } from 'node:net';
import { deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { Client, credentials, Metadata, type ServiceError, status } from '@grpc/grpc-js';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { limits } from '#kernel/limits.ts';
import type { RunningServer } from '../server.ts';
import { testKey } from '../test-support.ts';
import { keyOf, Receiving } from '../testing.ts';
import { attributes, encodeOtlp, type Message, nanos, readAnswer, TRACE_ID } from './test-support.ts';

const eventsKey = `wb_ingest_${'e'.repeat(16)}_${'b'.repeat(32)}`;
let there: Receiving;
let grpc: RunningServer;
/** Under way over gRPC. */
const CALLS = 4;

beforeAll(async () => {
  there = await Receiving.start();
  await there.configure([keyOf(testKey, ['otlp:write']), keyOf(eventsKey, ['events:write'])]);
  grpc = await there.serveGrpc({ requestTotalMs: 1_500, calls: CALLS });
});

afterAll(async () => {
  await there.stop();
  expect(there.log.filter((line) => line.includes('failed'))).toEqual([]);
});

/** A request with spans of these ids, the good ones now and the others in a future that is refused. */
function spans(ids: readonly number[], late: readonly number[] = []): Message {
  const span = (id: number, ms: number): Message => ({
    traceId: TRACE_ID,
    spanId: id.toString(16).padStart(16, '0'),
    name: 'GET /tea',
    kind: 2,
    startTimeUnixNano: nanos(ms - 5),
    endTimeUnixNano: nanos(ms),
  });
  const now = Date.now();
  return {
    resourceSpans: [
      {
        resource: { attributes: attributes({ 'service.name': 'api' }) },
        scopeSpans: [
          { spans: [...ids.map((id) => span(id, now)), ...late.map((id) => span(id, now + limits.futureMs * 10))] },
        ],
      },
    ],
  };
}

interface Sent {
  readonly signal?: 'traces' | 'metrics' | 'logs';
  readonly type?: string;
  readonly authorization?: string | undefined;
  readonly encoding?: string;
}

async function post(body: Uint8Array | string, sent: Sent = {}) {
  const { signal = 'traces', type = 'application/x-protobuf', encoding } = sent;
  const authorization = 'authorization' in sent ? sent.authorization : `Bearer ${testKey}`;
  const answer = await fetch(there.url(`/v1/${signal}`), {
    method: 'POST',
    headers: {
      'content-type': type,
      ...(authorization !== undefined && { authorization }),
      ...(encoding !== undefined && { 'content-encoding': encoding }),
    },
    body: body as never,
  });
  const bytes = Buffer.from(await answer.arrayBuffer());
  return { status: answer.status, type: answer.headers.get('content-type'), headers: answer.headers, bytes };
}

/** Which of these spans the windows have heard of; what was answered has been heard. */
function heard(ids: readonly number[]): readonly number[] {
  const known = there.heard.seen.map(({ id }) => id);
  return ids.flatMap((id) => known.filter((one) => one === idOf(id)).map(() => id));
}

function idOf(id: number): string {
  return `${TRACE_ID}-${id.toString(16).padStart(16, '0')}`;
}

describe('over HTTP', () => {
  test('protobuf is answered in protobuf, JSON in JSON', async () => {
    const first = await post(encodeOtlp('traces', spans([1, 2])));
    expect([first.status, first.type, first.bytes.length]).toEqual([200, 'application/x-protobuf', 0]);
    const second = await post(JSON.stringify(spans([3])), { type: 'application/json; charset=utf-8' });
    expect([second.status, second.type, second.bytes.toString()]).toEqual([200, 'application/json', '{}']);
    expect(heard([1, 2, 3])).toEqual([1, 2, 3]);
  });

  test.each([
    ['gzip', gzipSync],
    ['deflate', deflateSync],
    ['zstd', zstdCompressSync],
    ['identity', (bytes: Buffer) => bytes],
  ])('%s is unpacked', async (encoding, pack) => {
    expect((await post(pack(encodeOtlp('traces', spans([10]))), { encoding })).status).toBe(200);
  });

  test('a partial success names how many were refused, and why', async () => {
    const request = spans([20], [21, 22]);
    const first = await post(encodeOtlp('traces', request));
    expect(first.status).toBe(200);
    expect(readAnswer('ExportServiceResponse', first.bytes)).toEqual({
      partialSuccess: { rejected: '2', errorMessage: expect.stringContaining('2 × time-in-future') },
    });
    const second = await post(JSON.stringify(request), { type: 'application/json' });
    expect(JSON.parse(second.bytes.toString())).toEqual({
      partialSuccess: { rejectedSpans: '2', errorMessage: expect.stringContaining('time-in-future') },
    });
  });

  test('the key may be percent-encoded, as environment variables hold it', async () => {
    for (const authorization of [`Bearer%20${testKey}`, `bearer%20${testKey}`]) {
      expect((await post(encodeOtlp('traces', {}), { authorization })).status).toBe(200);
    }
    expect((await post(encodeOtlp('traces', {}), { authorization: 'Bearer%E0%A4%A' })).status).toBe(401);
  });

  test.each([
    ['no key', 401, 16, 'credential-missing', { authorization: undefined }],
    ['a key that is none', 401, 16, 'credential-invalid', { authorization: 'Bearer nothing-that-we-know' }],
    ['a key of another scope', 403, 7, 'scope-missing', { authorization: `Bearer ${eventsKey}` }],
    ['an encoding that is not taken', 415, 3, 'unsupported-type', { encoding: 'br' }],
  ])('%s is refused as google.rpc.Status', async (_, httpStatus, code, name, sent) => {
    const body = encodeOtlp('traces', spans([30]));
    const inBytes = await post(body, sent);
    expect([inBytes.status, inBytes.type]).toEqual([httpStatus, 'application/x-protobuf']);
    expect(readAnswer('RpcStatus', inBytes.bytes)).toEqual({ code, message: expect.stringContaining(name) });
    const inText = await post('{}', { ...sent, type: 'application/json' });
    expect([inText.status, inText.type]).toEqual([httpStatus, 'application/json']);
    expect(JSON.parse(inText.bytes.toString())).toEqual({ code, message: expect.stringContaining(name) });
  });

  test('what is no OTLP is refused and not to be sent again; another content type is named', async () => {
    for (const signal of ['traces', 'metrics', 'logs'] as const) {
      expect((await post(Buffer.from([0x0a, 0xff]), { signal })).status).toBe(400);
      expect((await post('{"resourceSpans":', { signal, type: 'application/json' })).status).toBe(400);
      expect((await post(Buffer.from([0xff, 0xfe]), { signal, type: 'application/json' })).status).toBe(400);
      expect((await post('x', { signal, type: 'text/plain' })).status).toBe(415);
      expect((await post('x', { signal, type: 'text/plain' })).headers.has('retry-after')).toBe(false);
    }
  });

  test('a bomb is stopped at the cap', async () => {
    const bomb = gzipSync(Buffer.alloc(limits.otlpBodyBytes + 1));
    const answer = await post(bomb, { encoding: 'gzip' });
    expect([answer.status, readAnswer('RpcStatus', answer.bytes)['code']]).toEqual([413, 8]);
  });

  test('the same spans again are not counted again', async () => {
    const body = encodeOtlp('traces', spans([40, 41]));
    for (let time = 0; time < 3; time += 1) expect((await post(body)).status).toBe(200);
    // In other company, as a collector would send them after a restart.
    expect((await post(encodeOtlp('traces', spans([41, 40, 42])))).status).toBe(200);
    expect(heard([40, 41, 42])).toEqual([40, 41, 42]);
  });
});

function call(
  body: Uint8Array,
  options: {
    readonly service?: string;
    readonly authorization?: string | undefined;
    readonly compression?: number;
    readonly port?: number;
  } = {},
): Promise<{ readonly code: number; readonly answer?: Buffer; readonly problem?: ServiceError }> {
  const { service = 'trace.v1.TraceService', compression = 0, port = grpc.port } = options;
  const client = new Client(`127.0.0.1:${port}`, credentials.createInsecure(), {
    'grpc.default_compression_algorithm': compression,
  });
  const metadata = new Metadata();
  const authorization = 'authorization' in options ? options.authorization : `Bearer ${testKey}`;
  if (authorization !== undefined) metadata.set('authorization', authorization);
  return new Promise((resolve) => {
    client.makeUnaryRequest(
      `/opentelemetry.proto.collector.${service}/Export`,
      (bytes: Buffer) => bytes,
      (bytes: Buffer) => bytes,
      Buffer.from(body),
      metadata,
      { deadline: Date.now() + 20_000 },
      (problem, answer) => {
        client.close();
        if (problem) resolve({ code: problem.code, problem });
        else resolve({ code: status.OK, ...(answer !== undefined && { answer }) });
      },
    );
  });
}

describe('over gRPC', () => {
  test('is taken and answered as over HTTP', async () => {
    const first = await call(encodeOtlp('traces', spans([50, 51], [52])));
    expect(first.code).toBe(status.OK);
    expect(readAnswer('ExportServiceResponse', first.answer ?? Buffer.alloc(0))).toEqual({
      partialSuccess: { rejected: '1', errorMessage: expect.stringContaining('time-in-future') },
    });
    expect((await call(encodeOtlp('traces', spans([53])), { compression: 2 })).code).toBe(status.OK);
    expect(heard([50, 51, 53])).toEqual([50, 51, 53]);
    expect((await call(encodeOtlp('metrics', {}), { service: 'metrics.v1.MetricsService' })).code).toBe(status.OK);
    expect((await call(encodeOtlp('logs', {}), { service: 'logs.v1.LogsService' })).code).toBe(status.OK);
    expect((await call(Buffer.alloc(0), { service: 'trace.v1.Nothing' })).code).toBe(status.UNIMPLEMENTED);
  });

  test('a bad credential and a bad message are refused by name', async () => {
    const body = encodeOtlp('traces', spans([60]));
    const missing = await call(body, { authorization: undefined });
    expect([missing.code, missing.problem?.details]).toEqual([
      status.UNAUTHENTICATED,
      expect.stringContaining('credential-missing'),
    ]);
    expect((await call(body, { authorization: `Bearer ${eventsKey}` })).code).toBe(status.PERMISSION_DENIED);
    expect((await call(body, { authorization: `Bearer%20${testKey}` })).code).toBe(status.OK);
    const bad = await call(Buffer.from([0x0a, 0xff]));
    expect([bad.code, bad.problem?.details]).toEqual([
      status.INVALID_ARGUMENT,
      expect.stringContaining('malformed-body'),
    ]);
  });

  test('what is too large is stopped, packed or unpacked, and not to be sent again', async () => {
    for (const compression of [0, 2]) {
      const large = await call(Buffer.alloc(limits.otlpGrpcMessageBytes + 1), { compression });
      expect(large.code).toBe(status.RESOURCE_EXHAUSTED);
      expect(large.problem?.metadata.get('grpc-status-details-bin')).toEqual([]);
    }
    expect((await call(encodeOtlp('traces', spans([61])))).code).toBe(status.OK);
  });

  test('calls that never end leave no room for others, are ended, and what they held is given back', async () => {
    const client = new Client(`127.0.0.1:${grpc.port}`, credentials.createInsecure());
    const metadata = new Metadata();
    metadata.set('authorization', `Bearer ${testKey}`);
    const same = (bytes: Buffer): Buffer => bytes;
    const path = '/opentelemetry.proto.collector.trace.v1.TraceService/Export';
    const ended = Array.from({ length: CALLS }, () => {
      const { promise, resolve } = Promise.withResolvers<number>();
      // A stream of messages of which none ever comes.
      const stream = client.makeClientStreamRequest(path, same, same, metadata, (problem) =>
        resolve(problem?.code ?? status.OK),
      );
      stream.on('error', () => {});
      return promise;
    });
    await vi.waitUntil(() => there.gate.admission.underWay === CALLS, { interval: 1, timeout: 20_000 });
    const other = await call(encodeOtlp('traces', spans([62])));
    expect([other.code, other.problem?.details]).toEqual([status.UNAVAILABLE, expect.stringContaining('overloaded')]);
    expect(other.problem?.metadata.get('grpc-status-details-bin')).toHaveLength(1);
    expect(await Promise.all(ended)).toEqual(ended.map(() => status.DEADLINE_EXCEEDED));
    client.close();
    expect(there.gate.admission.underWay).toBe(0);
    expect((await call(encodeOtlp('traces', spans([62])))).code).toBe(status.OK);
  });

  test('a sender who hangs up in the middle gives back what it held', async () => {
    const client = new Client(`127.0.0.1:${grpc.port}`, credentials.createInsecure());
    const metadata = new Metadata();
    metadata.set('authorization', `Bearer ${testKey}`);
    const same = (bytes: Buffer): Buffer => bytes;
    const path = '/opentelemetry.proto.collector.logs.v1.LogsService/Export';
    const stream = client.makeClientStreamRequest(path, same, same, metadata, () => {});
    stream.on('error', () => {});
    await vi.waitUntil(() => there.gate.admission.underWay === 1, { interval: 1, timeout: 20_000 });
    stream.cancel();
    await vi.waitUntil(() => there.gate.admission.underWay === 0, { interval: 1, timeout: 20_000 });
    client.close();
  });

  test('more connections than may stand are closed at once, and counted', async () => {
    const small = await there.serveGrpc({ connections: 2 });
    const counted = there.gate.connections.at(-1);
    const open = [connect(small.port, '127.0.0.1'), connect(small.port, '127.0.0.1')];
    await vi.waitUntil(() => counted?.open === 2, { interval: 1, timeout: 20_000 });
    const one = connect(small.port, '127.0.0.1');
    one.on('error', () => {});
    await new Promise((resolve) => one.once('close', resolve));
    expect([counted?.open, counted?.dropped]).toEqual([2, 1]);
    expect(there.log.at(-1)).toContain('2 connections stand');
    for (const socket of open) socket.destroy();
    await vi.waitUntil(() => counted?.open === 0, { interval: 1, timeout: 20_000 });
    expect((await call(encodeOtlp('traces', spans([65])), { port: small.port })).code).toBe(status.OK);
  });

  test('a connection on which nobody calls is ended', async () => {
    const impatient = await there.serveGrpc({ idleMs: 50 });
    const silent = connect(impatient.port, '127.0.0.1');
    silent.resume();
    await new Promise((resolve) => silent.once('close', resolve));
  });

  test('a sender who is to wait is told how long', async () => {
    const limited = vi.spyOn(there.intake.rateLimits, 'admit');
    limited.mockReturnValueOnce({ code: 'too-many-events', message: 'Too many.', retryAfterSeconds: 3 });
    const refused = await call(encodeOtlp('traces', spans([70])));
    limited.mockRestore();
    expect(refused.code).toBe(status.RESOURCE_EXHAUSTED);
    const details = refused.problem?.metadata.get('grpc-status-details-bin')[0];
    expect(Buffer.from(details ?? '').toString('latin1')).toContain('google.rpc.RetryInfo\x12\x04\x0a\x02\x08\x03');
  });
});
