import { expect, test } from 'vitest';
import { createSystemRandom } from './system-random.ts';

test('bytes have the length asked for and differ from call to call', () => {
  const random = createSystemRandom();
  const first = random.bytes(32);
  expect(first).toHaveLength(32);
  expect(first).not.toEqual(random.bytes(32));
});

test('fractions lie in [0, 1) and spread evenly', () => {
  const random = createSystemRandom();
  const tenths = new Array<number>(10).fill(0);
  for (let draw = 0; draw < 20_000; draw += 1) {
    const fraction = random.fraction();
    expect(fraction).toBeGreaterThanOrEqual(0);
    expect(fraction).toBeLessThan(1);
    const tenth = Math.floor(fraction * 10);
    tenths[tenth] = (tenths[tenth] ?? 0) + 1;
  }
  // 2,000 expected in each; 300 away is seven standard deviations.
  for (const count of tenths) expect(Math.abs(count - 2_000)).toBeLessThan(300);
});
