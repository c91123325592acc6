import fc from 'fast-check';
import { expect, test } from 'vitest';
import { EventIds } from './event-ids.ts';
import { VolatileDisk } from './spool/volatile-disk.ts';
import { seededRandom } from './test-support.ts';

const WINDOW_MS = 1_000;

async function eventIds(capacity: number, disk = new VolatileDisk(), seed = 1): Promise<EventIds> {
  const ids = new EventIds(WINDOW_MS, capacity);
  await ids.load(disk, seededRandom(seed));
  return ids;
}

test('ids are known for the window, of their own plan only', async () => {
  const ids = await eventIds(100);
  ids.add('shop', 'o-1', 10);
  expect([ids.has('shop', 'o-1'), ids.has('shop', 'o-2'), ids.has('club', 'o-1')]).toEqual([true, false, false]);
  ids.add('shop', 'o-2', 1_011);
  expect([ids.has('shop', 'o-1'), ids.has('shop', 'o-2')]).toEqual([true, true]);
  ids.add('shop', 'o-3', 2_012);
  expect([ids.has('shop', 'o-1'), ids.has('shop', 'o-2')]).toEqual([false, true]);
  expect(ids.shortenedAt).toBeUndefined();
});

test('more than fit are forgotten early, and that is said', async () => {
  const ids = await eventIds(3);
  for (let index = 0; index < 7; index++) ids.add('shop', `o-${index}`, 10 + index);
  expect(ids.shortenedAt).toBe(16);
  expect([0, 2, 3, 6].map((index) => ids.has('shop', `o-${index}`))).toEqual([false, false, true, true]);
});

test('it holds what was added and nothing else', async () => {
  const disk = new VolatileDisk();
  await eventIds(1, disk);
  await fc.assert(
    fc.asyncProperty(fc.array(fc.string()), fc.array(fc.string()), async (added, asked) => {
      const ids = await eventIds(1_000, disk);
      for (const id of added) ids.add('shop', id, 5);
      for (const id of [...added, ...asked]) expect(ids.has('shop', id)).toBe(added.includes(id));
    }),
  );
});

test('an id takes at most 22 bytes', async () => {
  const ids = await eventIds(1e9);
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

test('nobody outside can tell what an id is remembered as: it differs by data folder and plan, and is the same after a restart', async () => {
  const disk = new VolatileDisk();
  const hashOf = (ids: EventIds, plan: string): string => {
    const halves = new Uint32Array(2);
    ids.hash(plan, 'o-1', halves);
    return halves.join(' ');
  };
  const first = hashOf(await eventIds(10, disk), 'shop');
  expect(hashOf(await eventIds(10, disk, 2), 'shop')).toBe(first);
  expect(hashOf(await eventIds(10, disk), 'club')).not.toBe(first);
  expect(hashOf(await eventIds(10, new VolatileDisk(), 2), 'shop')).not.toBe(first);
});
