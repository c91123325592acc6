import fc from 'fast-check';
import { expect, test } from 'vitest';
import { EventIds } from './event-ids.ts';

const WINDOW_MS = 1_000;

test('ids are known for the window, of their own plan only', () => {
  const ids = new EventIds(WINDOW_MS, 100);
  ids.add('shop', 'o-1', 10);
  expect([ids.has('shop', 'o-1'), ids.has('shop', 'o-2'), ids.has('club', 'o-1')]).toEqual([true, false, false]);
  ids.add('shop', 'o-2', 1_011);
  expect([ids.has('shop', 'o-1'), ids.has('shop', 'o-2')]).toEqual([true, true]);
  ids.add('shop', 'o-3', 2_012);
  expect([ids.has('shop', 'o-1'), ids.has('shop', 'o-2')]).toEqual([false, true]);
  expect(ids.shortenedAt).toBeUndefined();
});

test('more than fit are forgotten early, and that is said', () => {
  const ids = new EventIds(WINDOW_MS, 3);
  for (let index = 0; index < 7; index++) ids.add('shop', `o-${index}`, 10 + index);
  expect(ids.shortenedAt).toBe(16);
  expect([0, 2, 3, 6].map((index) => ids.has('shop', `o-${index}`))).toEqual([false, false, true, true]);
});

test('it holds what was added and nothing else', () => {
  fc.assert(
    fc.property(fc.array(fc.string()), fc.array(fc.string()), (added, asked) => {
      const ids = new EventIds(WINDOW_MS, 1_000);
      for (const id of added) ids.add('shop', id, 5);
      for (const id of [...added, ...asked]) expect(ids.has('shop', id)).toBe(added.includes(id));
    }),
  );
});

test('an id takes at most 22 bytes', () => {
  const ids = new EventIds(WINDOW_MS, 1e9);
  const count = 300_000;
  for (let index = 0; index < count; index++) ids.add('shop', `span-${index}`, 5);
  expect(ids.bytes / count).toBeLessThan(23);
  let known = 0;
  for (let index = 0; index < count; index++) {
    if (ids.has('shop', `span-${index}`)) known++;
    if (ids.has('shop', `trace-${index}`)) known++;
  }
  expect(known).toBe(count);
});
