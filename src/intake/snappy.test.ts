import fc from 'fast-check';
import { compress, uncompress } from 'snappyjs';
import { expect, test } from 'vitest';
import { SnappyUnpacker, snappyLength } from './snappy.ts';

const CAP = 1_000_000;
/** One for all, as a receiver has it: what an earlier message left may not show. */
const unpacker = new SnappyUnpacker();

/** Text that repeats itself near and far, so that every kind of element comes out of it. */
const repetitive = fc
  .array(
    fc.oneof(
      fc.uint8Array({ maxLength: 100 }),
      fc
        .record({ byte: fc.nat(255), times: fc.integer({ min: 1, max: 300 }) })
        .map(({ byte, times }) => new Uint8Array(times).fill(byte)),
      fc
        .record({ text: fc.constantFrom('ab', 'instance', '10.0.0.1:9100'), times: fc.integer({ min: 1, max: 400 }) })
        .map(({ text, times }) => new Uint8Array(Buffer.from(text.repeat(times)))),
    ),
    { maxLength: 30 },
  )
  .map((parts) => new Uint8Array(Buffer.concat(parts)));

test('what was packed comes out again', () => {
  fc.assert(
    fc.property(repetitive, fc.nat(7), (bytes, offset) => {
      const packed = new Uint8Array(compress(bytes));
      const shifted = new Uint8Array(packed.length + offset);
      shifted.set(packed, offset);
      const unpacked = unpacker.unpack(shifted.subarray(offset));
      expect(unpacked && Buffer.compare(unpacked, bytes)).toBe(0);
      expect(snappyLength(packed)).toBe(bytes.length);
    }),
  );
});

test('what is cut anywhere is malformed', () => {
  const packed = new Uint8Array(compress(Buffer.from('ab'.repeat(500) + 'x'.repeat(80) + 'abcdefgh'.repeat(9))));
  for (let length = 0; length < packed.length; length += 1) {
    expect(unpacker.unpack(packed.subarray(0, length))).toBeUndefined();
  }
});

/** Elements by the format's own words, sound or not: what the reference takes, and nothing else, is taken. */
const elements = fc.array(
  fc.oneof(
    fc.uint8Array({ minLength: 1, maxLength: 8 }).map((bytes) => [(bytes.length - 1) << 2, ...bytes]),
    fc.record({ length: fc.nat(7), offset: fc.nat(40) }).map(({ length, offset }) => [1 | (length << 2), offset]),
    fc.record({ length: fc.nat(63), offset: fc.nat(40) }).map(({ length, offset }) => [2 | (length << 2), offset, 0]),
    fc
      .record({ length: fc.nat(63), offset: fc.nat(40) })
      .map(({ length, offset }) => [3 | (length << 2), offset, 0, 0, 0]),
    fc.uint8Array({ minLength: 1, maxLength: 3 }).map((bytes) => [...bytes]),
  ),
  { maxLength: 12 },
);

test('garbage is refused where the reference refuses it', () => {
  fc.assert(
    fc.property(fc.nat(127), elements, (length, parts) => {
      const packed = Uint8Array.from([length, ...parts.flat()]);
      let expected: Uint8Array | undefined;
      try {
        expected = new Uint8Array(uncompress(packed, CAP));
      } catch {
        expected = undefined;
      }
      const unpacked = unpacker.unpack(packed);
      if (unpacked !== undefined) expect(unpacked).toHaveLength(length);
      // The reference takes a copy from before the beginning and what ends too early; these are refused here.
      if (expected === undefined) expect(unpacked).toBeUndefined();
      else if (unpacked !== undefined) expect([...unpacked]).toEqual([...expected]);
    }),
    { numRuns: 300 },
  );
});

test('what announces more than it is, or no length, is malformed', () => {
  expect(snappyLength(Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0x0f, 0))).toBe(0xffff_ffff);
  expect(snappyLength(Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0xff, 0x01))).toBeUndefined();
  expect(unpacker.unpack(Uint8Array.of(100, 0))).toBeUndefined();
  expect(unpacker.unpack(Uint8Array.of())).toBeUndefined();
  expect(unpacker.unpack(Uint8Array.of(0))).toHaveLength(0);
});
