import { afterAll, beforeAll, expect, test } from 'vitest';
import { scopesOfKind } from '#kernel/ingest-key.ts';
import type { RunningServer } from '../server.ts';
import { ingestKey, startIntake, T0, type TestIntake, testKey } from '../test-support.ts';
import { keyOf, serve } from '../testing.ts';

const KEY = `wb_metrics_${'c'.repeat(16)}_${'d'.repeat(32)}`;

let made: TestIntake;
let server: RunningServer;

beforeAll(async () => {
  made = await startIntake();
  server = await serve(made.intake);
  made.connect().say({
    type: 'configure',
    plans: [{ name: 'shop', version: 1, files: [], watermark: T0 }],
    keys: [ingestKey(), keyOf(KEY, scopesOfKind.metrics)],
  });
});
afterAll(async () => {
  await server?.stop(100);
  await made?.intake.stop();
});

function ask(key: string, path = '/metrics', init: RequestInit = {}): Promise<Response> {
  return fetch(`http://127.0.0.1:${server.port}${path}`, { ...init, headers: { authorization: `Bearer ${key}` } });
}

test('a key for metrics reads what intake has counted, and sends nothing', async () => {
  await expect.poll(() => made.intake.authorize(`Bearer ${KEY}`, 'metrics:read').ok).toBe(true);
  void made.send([{ name: 'order' }, { name: 'order' }, { name: '' }]);
  await expect.poll(() => made.intake.data('shop').accepted).toBe(2);
  expect((await ask(KEY, '/v1/events', { method: 'POST', body: '{}' })).status).toBe(403);
  expect((await ask(testKey)).status).toBe(403);
  expect((await fetch(`http://127.0.0.1:${server.port}/metrics`)).status).toBe(401);
  expect((await ask(KEY, '/nothing/of/the/kind')).status).toBe(404);

  const answer = await ask(KEY);
  expect(answer.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
  const lines = (await answer.text()).split('\n');
  expect(lines).toEqual(
    expect.arrayContaining([
      'watchbill_intake_ready 1',
      'watchbill_intake_accepted_total{plan="shop"} 2',
      'watchbill_intake_rejected_total{plan="shop",code="name-invalid"} 1',
      'watchbill_intake_series{plan="shop"} 0',
      'watchbill_intake_requests_total{route="POST /v1/events",status="403"} 1',
      'watchbill_intake_requests_total{route="GET /metrics",status="403"} 1',
      'watchbill_intake_requests_total{route="GET /metrics",status="401"} 1',
      'watchbill_intake_requests_total{route="none",status="404"} 1',
      expect.stringMatching(/^watchbill_intake_memory_bytes \d+$/),
      expect.stringMatching(/^watchbill_intake_spool_bytes \d+$/),
    ]),
  );
});
