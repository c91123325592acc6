import { expect, test } from 'vitest';
import { SharedReading } from './shared-reading.ts';

function reading(takesMs: number) {
  const state = { now: 0, reads: 0, fails: false };
  const shared = new SharedReading({ now: () => state.now }, async (name) => {
    state.reads += 1;
    const read = state.reads;
    state.now += takesMs;
    await Promise.resolve();
    if (state.fails) throw new Error('away');
    return `${name} ${read}`;
  });
  return { state, shared };
}

test('all who ask while it is read, and soon after, have one answer; each name its own', async () => {
  const { state, shared } = reading(0);
  expect(await Promise.all([shared.get('a'), shared.get('a'), shared.get('b')])).toEqual(['a 1', 'a 1', 'b 2']);
  state.now = 1_999;
  expect(await shared.get('a')).toBe('a 1');
  state.now = 2_000;
  expect(await shared.get('a')).toBe('a 3');
});

test('what took long is asked less often', async () => {
  const { state, shared } = reading(1_000);
  expect(await shared.get('a')).toBe('a 1');
  state.now = 10_999;
  expect(await shared.get('a')).toBe('a 1');
  state.now = 11_000;
  expect(await shared.get('a')).toBe('a 2');
});

test('a clock that was put back keeps nothing', async () => {
  const { state, shared } = reading(0);
  state.now = 5_000;
  await shared.get('a');
  state.now = 4_000;
  expect(await shared.get('a')).toBe('a 2');
});

test('a failure is not kept', async () => {
  const { state, shared } = reading(0);
  state.fails = true;
  await expect(shared.get('a')).rejects.toThrow('away');
  state.fails = false;
  expect(await shared.get('a')).toBe('a 2');
});

test('what is forgotten is read again', async () => {
  const { shared } = reading(1_000);
  await shared.get('a');
  shared.forget('a');
  expect(await shared.get('a')).toBe('a 2');
});
