import { compress } from 'snappyjs';
import { expect, test } from 'vitest';
import { encodeRequestV2, encodeWriteRequest, type SentSeries } from '../../../test/kit/remote-write.ts';
import type { Answer } from '../answer.ts';
import type { Intake } from '../intake.ts';
import type { RequestHead } from '../receiver.ts';
import { ingestKey, startIntake, T0, testKey } from '../test-support.ts';
import { remoteWriteRoute } from './receive.ts';

const V2 = 'application/x-protobuf;proto=io.prometheus.write.v2.Request';

async function start() {
  const parts = await startIntake();
  parts.connect().say({
    type: 'configure',
    plans: [{ name: 'shop', version: 1, files: [], watermark: 0 }],
    keys: [ingestKey({ scopes: ['rw:write'] })],
  });
  await parts.clock.advance(1);
  return parts;
}

function headOf(headers: Readonly<Record<string, string>>): RequestHead {
  return {
    method: 'POST',
    path: '/api/v1/write',
    parameters: {},
    query: new URLSearchParams(),
    headers: { 'content-type': 'application/x-protobuf', authorization: `Bearer ${testKey}`, ...headers },
    requestId: 'r-1',
  };
}

async function send(
  intake: Intake,
  message: Uint8Array,
  headers: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  const route = remoteWriteRoute(intake);
  const head = headOf(headers);
  const grant = route.authorize(head);
  if (!grant.ok) throw new Error(grant.failure.code);
  return route.receive({ head, grant: grant.value, body: new Uint8Array(compress(message)) });
}

function writtenBy({ headers }: Answer): readonly (string | undefined)[] {
  return ['samples', 'histograms', 'exemplars'].map((what) => headers[`x-prometheus-remote-write-${what}-written`]);
}

function textOf({ body }: Answer): string {
  return body instanceof Uint8Array ? new TextDecoder().decode(body) : JSON.stringify(body);
}

function point(name: string, value: number, timestamp = T0): SentSeries {
  return {
    labels: [
      ['__name__', name],
      ['job', 'shop'],
    ],
    samples: [{ value, timestamp }],
  };
}

test('what was taken is durable, counted and recognised when it comes again', async () => {
  const { intake, clock, loaded } = await start();
  const message = encodeWriteRequest([point('up', 1), point('requests_total', 7)]);
  const answer = await send(intake, message);
  expect(answer.status).toBe(200);
  expect(writtenBy(answer)).toEqual(['2', '0', '0']);
  expect(intake.status().accepted).toBe(2);
  const again = await send(intake, message);
  expect([again.status, writtenBy(again)]).toEqual([200, ['2', '0', '0']]);
  expect(intake.status().accepted).toBe(2);
  expect(intake.seriesOf('shop').size).toBe(2);
  await clock.advance(2_000);
  expect(loaded.size).toBe(1);
  await intake.stop();
});

test('what is wrong with some is said after the rest is taken, and is not to be sent again', async () => {
  const { intake } = await start();
  const message = encodeRequestV2([
    point('good', 1),
    point('early', 2, T0 - 8 * 86_400_000),
    point('endless', Number.POSITIVE_INFINITY),
    { ...point('hist', 3), samples: [], histograms: [{ count: 3, sum: 4, timestamp: T0 }], exemplars: 1 },
    { labels: [['job', 'nameless']], samples: [{ value: 1, timestamp: T0 }] },
  ]);
  const answer = await send(intake, message, { 'content-type': V2 });
  expect(answer.status).toBe(400);
  expect(writtenBy(answer)).toEqual(['1', '1', '0']);
  expect(textOf(answer)).toMatch(/^name-invalid \(1 points\): [^;]*; time-too-old \(1 points\): [^;]*$/);
  expect(intake.status()).toMatchObject({
    accepted: 3,
    rejected: { shop: { 'name-invalid': 1, 'time-too-old': 1, 'value-invalid': 1, 'exemplars-left-out': 1 } },
  });
  const again = await send(intake, message, { 'content-type': V2 });
  expect([again.status, writtenBy(again)]).toEqual([400, ['1', '1', '0']]);
  await intake.stop();
});

test('points without a value, as summaries have, are no points, as when they are scraped', async () => {
  const { intake } = await start();
  const answer = await send(intake, encodeWriteRequest([point('quantile', Number.NaN), point('up', 1)]));
  expect([answer.status, writtenBy(answer), textOf(answer)]).toEqual([200, ['1', '0', '0'], '']);
  expect(intake.status()).toMatchObject({ accepted: 1, rejected: { shop: {} } });
  expect(intake.data('shop').rejections).toEqual([]);
  await intake.stop();
});

test('bytes that are no message are refused whole', async () => {
  const { intake } = await start();
  const route = remoteWriteRoute(intake);
  const grant = { keyId: 'a'.repeat(16), plan: 'shop' };
  for (const body of [Uint8Array.of(9, 1), new Uint8Array(compress(Uint8Array.of(0x0a, 0x7f, 1)))]) {
    const answer = await route.receive({ head: headOf({}), grant, body });
    expect([answer.status, textOf(answer).split(':')[0]]).toEqual([400, 'malformed-body']);
  }
  expect(intake.status().accepted).toBe(0);
  expect(intake.seriesOf('shop').size).toBe(0);
  await intake.stop();
});

test('the head says which message it is, and the key is a bearer token or a password', async () => {
  const { intake } = await start();
  const route = remoteWriteRoute(intake);
  const inspected = (type: string) => route.inspect?.(headOf({ 'content-type': type }))?.code;
  expect(inspected('application/x-protobuf')).toBeUndefined();
  expect(inspected('application/x-protobuf; proto=prometheus.WriteRequest')).toBeUndefined();
  expect(inspected(V2)).toBeUndefined();
  expect(inspected('application/x-protobuf;proto=other.Message')).toBe('unsupported-type');
  expect(inspected('application/json')).toBe('unsupported-type');
  const basic = (pair: string) =>
    route.authorize(headOf({ authorization: `Basic ${Buffer.from(pair).toString('base64')}` })).ok;
  expect(basic(`prometheus:${testKey}`)).toBe(true);
  expect(basic(`prometheus:${testKey}x`)).toBe(false);
  expect(basic('')).toBe(false);
  expect(route.refuse?.({ code: 'overloaded', message: 'Later.', retryAfterSeconds: 2 }, headOf({}))).toMatchObject({
    status: 503,
    headers: { 'retry-after': '2' },
  });
  await intake.stop();
});
