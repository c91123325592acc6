import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { scopesOfKind } from '#kernel/ingest-key.ts';
import { limits } from '#kernel/limits.ts';
import { createSystemClock } from '../../system-clock.ts';
import { keyOf, Receiving } from '../testing.ts';

const KEY = `wb_heartbeat_${'a'.repeat(16)}_${'b'.repeat(32)}`;
const INGEST = `wb_ingest_${'c'.repeat(16)}_${'d'.repeat(32)}`;
const plan = `plan: shop
services: { db: {} }
heartbeats:
  backup: { every: 1d, grace: 30m, longest: 2h, service: db }
  sync:   { every: 5m }
`;

const system = createSystemClock();
/** Moves on by the second, so that each check-in is one of its own. */
let aheadMs = 0;
const clock = { ...system, now: () => system.now() + aheadMs };
let there: Receiving;

beforeAll(async () => {
  there = await Receiving.start({ clock });
});

afterAll(() => there.stop());

function ask(path: string, init: RequestInit = {}, key = KEY): Promise<Response> {
  return fetch(there.url(`/v1/heartbeats/${key}/${path}`), init);
}

test('before the plans are known, jobs are told to come again', async () => {
  expect((await ask('backup')).status).toBe(503);
  await there.configure([keyOf(KEY, scopesOfKind.heartbeat), keyOf(INGEST, scopesOfKind.ingest)], plan);
});

describe('with the plan in force', () => {
  test('a run that says when it starts and ends has a duration, a code and its last words', async () => {
    const started = await ask('backup/start');
    expect([started.status, await started.text()]).toEqual([200, 'OK\n']);
    expect(started.headers.get('content-type')).toBe('text/plain; charset=utf-8');
    aheadMs += 90_000;
    const output = `${'x'.repeat(20_000)} disk full, password=hunter2secret`;
    expect((await ask('backup/2', { method: 'POST', body: output })).status).toBe(200);
    expect(there.heard.seen).toMatchObject([
      { name: 'heartbeat', attributes: { heartbeat: 'backup', state: 'started', service: 'db' } },
      { name: 'heartbeat', attributes: { heartbeat: 'backup', state: 'failed', exit_code: 2, service: 'db' } },
    ]);
    const [first, second] = there.heard.seen;
    expect(first?.durationMs).toBeUndefined();
    expect(second?.durationMs).toBe((second?.time ?? 0) - (first?.time ?? 0));
    const message = String(second?.attributes['message']);
    expect(message.length).toBeLessThanOrEqual(limits.heartbeatMessageBytes + 1);
    expect(message).toMatch(/^…x+ disk full/);
    expect(message).not.toContain('hunter2secret');
  });

  test('GET, HEAD and POST are check-ins; the same within a second counts once', async () => {
    const before = there.heard.seen.length;
    aheadMs += 5_000 - (clock.now() % 1_000);
    for (const method of ['GET', 'HEAD', 'POST']) expect((await ask('sync', { method })).status).toBe(200);
    await vi.waitUntil(() => there.heard.seen.length > before, { timeout: 60_000 });
    aheadMs += 1_000;
    expect((await ask('sync/0')).status).toBe(200);
    expect((await ask('sync/fail?run=7')).status).toBe(200);
    const states = there.heard.seen
      .slice(before)
      .map(({ attributes: { state, exit_code, run } }) => [state, exit_code, run]);
    expect(states.at(-2)).toEqual(['succeeded', 0, undefined]);
    expect(states.at(-1)).toEqual(['failed', undefined, '7']);
    expect(states.length).toBeLessThanOrEqual(4);
    // The same bytes a second later are another check-in.
    aheadMs += 1_000;
    expect((await ask('sync/0')).status).toBe(200);
    expect(there.heard.seen.length).toBe(before + states.length + 1);
  });

  test.each([
    ['another', 404, 'not-found', 'The plan shop has no heartbeat named \\"another\\".'],
    ['backup/256', 404, 'not-found', 'exit code from 0 to 255'],
    ['backup/stop', 404, 'not-found', 'nothing, start, fail'],
    [`backup?run=${'r'.repeat(65)}`, 400, 'invalid-request', 'run: at most'],
  ])('%s is refused with %i %s', async (path, status, code, words) => {
    const refused = await ask(path);
    const text = await refused.text();
    expect(refused.status).toBe(status);
    expect(text).toContain(code);
    expect(text).toContain(words);
  });

  test('a key of another kind does not check in, and this one does nothing else', async () => {
    expect((await ask('backup', {}, INGEST)).status).toBe(403);
    expect((await ask('backup', {}, `wb_heartbeat_${'z'.repeat(16)}_${'b'.repeat(32)}`)).status).toBe(401);
    const sent = await fetch(there.url('/v1/events'), {
      method: 'POST',
      headers: { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' },
      body: '{"name":"x"}',
    });
    expect(sent.status).toBe(403);
  });

  test('what a job said last outlives a restart, with the run that is under way', async () => {
    aheadMs += 1_000;
    await ask('backup/start?run=night');
    const told = there.intake.data('shop').heartbeats?.find(({ name }) => name === 'backup');
    expect(told).toMatchObject({ lastState: 'started', exitCode: 2, openSince: expect.any(Number) });
    await there.restart();
    expect(there.intake.data('shop').heartbeats?.find(({ name }) => name === 'backup')).toEqual(told);
    expect(there.intake.heartbeats('shop').startedAt('backup', 'night')).toBe(told?.openSince);
  });
});
