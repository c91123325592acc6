import fc from 'fast-check';
import { expect, test } from 'vitest';
import { putTimes } from './samples.ts';

const HALF = 2 ** 32;
const MOST = 2 ** 31 - 1;

const times = fc.oneof(
  fc.integer({ min: HALF, max: 1_000 * HALF }),
  // Around the ends of a half, which come every seven weeks.
  fc
    .tuple(fc.integer({ min: 2, max: 1_000 }), fc.integer({ min: -3, max: 3 }))
    .map(([halves, more]) => halves * HALF + more),
);
const offsets = fc.array(fc.oneof(fc.integer({ min: -MOST - 1, max: MOST }), fc.integer({ min: -5, max: 5 })));

test('times are written as the store reads them', () => {
  fc.assert(
    fc.property(times, offsets, (firstTime, after) => {
      const written = new BigUint64Array(after.length);
      putTimes(new Uint32Array(written.buffer), firstTime, Int32Array.from(after));
      expect([...written].map(Number)).toEqual(after.map((offset) => firstTime + offset));
    }),
  );
});
