import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { encodePayload } from './payload.ts';
import { createThreadedSink } from './threaded-sink.ts';

/** A server at the other end of ClickHouse's HTTP interface that keeps what it is sent, or refuses. */
let server: Server;
let url: string;
let refuses = false;
const inserts: { readonly token: string | null; readonly body: string }[] = [];

beforeAll(async () => {
  server = createServer((request, response) => {
    text(request).then((body) => {
      if (refuses) response.writeHead(500).end('Code: 241. DB::Exception: Memory limit exceeded.');
      else {
        const token = new URL(request.url ?? '/', 'http://x').searchParams.get('insert_deduplication_token');
        inserts.push({ token, body });
        response.writeHead(200).end();
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

test('a segment goes over as one insert with its id as token, and a refusal is told', async () => {
  const sink = createThreadedSink({ url });
  const record = { name: 'order', time: 1_790_000_000_000, id: 'o-1', attributes: { total: 3 } };
  const payload = encodePayload([record, { ...record, id: 'o-2' }]);
  const block = { plan: 'shop', receivedAt: 1_790_000_000_001, payload };
  await sink.insert('segment-1', [block, block]);
  expect(inserts).toHaveLength(1);
  expect(inserts[0]?.token).toBe('segment-1');
  expect(inserts[0]?.body.match(/o-[12]/g)).toEqual(['o-1', 'o-2', 'o-1', 'o-2']);
  // The bytes that were sent are still ours: the loader sends them again after a failure.
  expect(payload.length).toBeGreaterThan(0);

  refuses = true;
  await expect(sink.insert('segment-2', [block])).rejects.toThrow(/Memory limit/);
  refuses = false;
  await sink.insert('segment-2', [block]);
  expect(inserts.map((insert) => insert.token)).toEqual(['segment-1', 'segment-2']);
  await sink.close();
});

test('a thread that ends fails what it was asked, and another takes its place', async () => {
  const sink = createThreadedSink({ url });
  const payload = encodePayload([{ name: 'order', time: 1_790_000_000_000, id: 'o-1', attributes: {} }]);
  const asked = sink.insert('segment-3', [{ plan: 'shop', receivedAt: 1, payload }]);
  const failed = expect(asked).rejects.toThrow();
  await sink.close();
  await failed;
  await sink.insert('segment-4', [{ plan: 'shop', receivedAt: 1, payload }]);
  expect(inserts.at(-1)?.token).toBe('segment-4');
  await sink.close();
});
