import { expect, test } from 'vitest';
import type { LogTailMessage } from '#contract/logs.ts';
import { WatchbillError } from '#kernel/error-codes.ts';
import { limits } from '#kernel/limits.ts';
import type { AskTelemetry } from '#storage/clickhouse/within.ts';
import { createVirtualClock } from '../../../test/conformance/virtual-clock.ts';
import type { Actor } from '../actor.ts';
import { LogTails } from './log-tails.ts';

const scope = { plan: 'shop', names: ['log'] };
const actor = (name: string): Actor => ({ kind: 'token', name, planLevels: {} });

/** A store with nothing in it, or one that is away. */
function setUp(ask: AskTelemetry = async () => ({ events: [], skipped: 0 }) as never) {
  const clock = createVirtualClock(Date.parse('2026-03-02T09:00:00Z'));
  const tails = new LogTails(ask, clock);
  const open = (name = 'mia', stillAllowed = async () => true, gone = new AbortController()) => ({
    gone,
    reader: tails.open(scope, { actor: actor(name), stillAllowed, gone: gone.signal }).getReader(),
  });
  /** The next message, while time goes on until there is one. */
  const next = async (reader: ReadableStreamDefaultReader<Uint8Array>): Promise<LogTailMessage | undefined> => {
    let done = false;
    const answer = reader.read().finally(() => {
      done = true;
    });
    while (!done) {
      clock.advance(limits.logTailEveryMs);
      await new Promise((resolve) => setImmediate(resolve));
    }
    const { value } = await answer;
    return value === undefined ? undefined : JSON.parse(new TextDecoder().decode(value));
  };
  return { clock, tails, open, next };
}

test('a quiet tail says that it lives, and one whose reader may no longer read ends', async () => {
  const { open, next } = setUp();
  let allowed = true;
  const { reader } = open('mia', async () => allowed);
  expect(await next(reader)).toMatchObject({ type: 'quiet' });
  allowed = false;
  expect(await next(reader)).toEqual({ type: 'end', reason: 'session-ended' });
  expect(await next(reader)).toBeUndefined();
});

test('a store that is away is said, and asked again', async () => {
  let away = true;
  const { open, next } = setUp(async () => {
    if (away) throw new WatchbillError('telemetry-away', 'It does not answer.');
    return { events: [], skipped: 0 } as never;
  });
  const { reader } = open();
  expect(await next(reader)).toEqual({ type: 'waiting', code: 'telemetry-away', message: 'It does not answer.' });
  away = false;
  expect(await next(reader)).toMatchObject({ type: 'quiet' });
});

test('a person has few tails at once, a server not many more; a tail that ends makes room', async () => {
  const { tails, open, next } = setUp();
  const own = Array.from({ length: limits.logTailsPerActor }, () => open('mia'));
  expect(() => open('mia')).toThrow(/follows 4 tails/);
  for (let count = limits.logTailsPerActor; count < limits.logTails; count += 1) open(`ben-${count}`);
  expect(() => open('zoe')).toThrow(/has 20 tails open/);
  await own[0]?.reader.cancel();
  own[1]?.gone.abort();
  open('mia');
  const last = open('mia');
  tails.stop();
  expect(await next(last.reader)).toEqual({ type: 'end', reason: 'server-stops' });
});
