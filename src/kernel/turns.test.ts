import { expect, test } from 'vitest';
import { createTurns } from './turns.ts';

test('so many run at once, the others in the order in which they came, and no more than those wait', async () => {
  const turns = createTurns(2, 3);
  const begun: number[] = [];
  const ends: (() => void)[] = [];
  const start = (n: number) =>
    turns.take(() => {
      begun.push(n);
      return new Promise<number>((resolve) => ends.push(() => resolve(n)));
    });
  const all = [1, 2, 3, 4, 5].map(start);
  expect(begun).toEqual([1, 2]);
  await expect(start(6)).rejects.toMatchObject({ code: 'overloaded' });
  for (let n = 0; n < 5; n += 1) {
    await expect.poll(() => ends.length).toBeGreaterThan(n);
    expect(begun.length).toBeLessThanOrEqual(n + 2);
    ends[n]?.();
  }
  expect(await Promise.all(all)).toEqual([1, 2, 3, 4, 5]);
  expect(begun).toEqual([1, 2, 3, 4, 5]);
});

test('what fails gives its turn back', async () => {
  const turns = createTurns(1, 1);
  for (let n = 0; n < 3; n += 1) {
    await expect(turns.take(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
  }
  expect(await turns.take(async () => 'yes')).toBe('yes');
});
