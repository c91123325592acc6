import { expect, test } from 'vitest';
import { hash53, hash64Hex } from './hash64.ts';

test('agrees with the published vectors of MurmurHash3 and xxHash32', () => {
  // Halves: murmur3_32 with seed 0, then xxh32 with seed 0.
  expect(hash64Hex('')).toBe('0000000002cc5d05');
  expect(hash64Hex('abc')).toBe('b3dd93fa32d153ff');
  expect(hash64Hex('Hello, world!').slice(0, 8)).toBe('c0363e43');
  expect(hash64Hex('The quick brown fox jumps over the lazy dog')).toBe('2e4ff723e85ea4de');
});

test('hashes text beyond ASCII by its UTF-8 bytes', () => {
  // What ClickHouse 25.8 gives for hex(murmurHash3_32(s)) and hex(xxHash32(s)).
  expect(hash64Hex('ππππππππ')).toBe('ec72b6e8599f7b0e');
  expect(hash64Hex('🫖 tea')).toBe('eeced9a4a62b128b');
  expect(hash64Hex('\ud800')).toBe(hash64Hex('\ufffd'));
});

test('the 53-bit form is the upper part of the whole hash', () => {
  for (const text of ['', 'a', 'mia', '🫖 tea', 'x'.repeat(5_000)]) {
    expect(BigInt(hash53(text))).toBe(BigInt(`0x${hash64Hex(text)}`) >> 11n);
  }
});
