import fc from 'fast-check';
import { expect, test } from 'vitest';
import { keyedHash64Into } from './keyed-hash.ts';

const KEY = Uint32Array.of(0x03020100, 0x07060504);

function hashed(text: string, key = KEY): string {
  const halves = new Uint32Array(2);
  keyedHash64Into(text, key, halves);
  return [...new Uint8Array(halves.buffer)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

test('agrees with the published vectors of HalfSipHash-2-4', () => {
  // The bytes 0, 1, 2, …, two of them a code unit.
  const texts = [0, 1, 2, 3, 4].map((units) =>
    String.fromCharCode(...Array.from({ length: units }, (_, index) => 2 * index + ((2 * index + 1) << 8))),
  );
  expect(texts.map((text) => hashed(text))).toEqual([
    '218d1f59b9b83cc8',
    '064f39ef7c50eb57',
    'd5e78a175be52ea1',
    'ce3e91358aa2bc25',
    'edfee820bce4858c',
  ]);
});

test('tells texts and keys apart, also those that have no UTF-8 form', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), fc.integer(), (left, right, key) => {
      expect(hashed(left) === hashed(right)).toBe(left === right);
      expect(hashed(left, Uint32Array.of(key, 1)) === hashed(left, Uint32Array.of(key, 2))).toBe(false);
    }),
  );
  expect(hashed('\ud800')).not.toBe(hashed('\ufffd'));
});
