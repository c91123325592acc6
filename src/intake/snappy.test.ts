import fc from 'fast-check';
import { compress, uncompress } from 'snappyjs';
import { expect, test } from 'vitest';
import { unpackSnappy } from './snappy.ts';

const CAP = 1_000_000;

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
      const unpacked = unpackSnappy(shifted.subarray(offset), CAP);
      expect(unpacked.state).toBe('read');
      expect(unpacked.state === 'read' && Buffer.compare(unpacked.bytes, bytes)).toBe(0);
    }),
  );
});

test('what is cut anywhere is malformed', () => {
  const packed = new Uint8Array(compress(Buffer.from('ab'.repeat(500) + 'x'.repeat(80) + 'abcdefgh'.repeat(9))));
  for (let length = 0; length < packed.length; length += 1) {
    expect(unpackSnappy(packed.subarray(0, length), CAP).state).toBe('malformed');
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
      const unpacked = unpackSnappy(packed, CAP);
      if (unpacked.state === 'read') expect(unpacked.bytes).toHaveLength(length);
      // The reference takes a copy from before the beginning and what ends too early; these are refused here.
      if (expected === undefined) expect(unpacked.state).toBe('malformed');
      else if (unpacked.state === 'read') expect([...unpacked.bytes]).toEqual([...expected]);
    }),
    { numRuns: 300 },
  );
});

test('what announces too much is not unpacked', () => {
  expect(unpackSnappy(Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0x0f, 0), CAP).state).toBe('too-large');
  expect(unpackSnappy(Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0xff, 0x01), CAP).state).toBe('malformed');
  expect(unpackSnappy(Uint8Array.of(100, 0), CAP, (length) => length < 100).state).toBe('too-large');
  expect(unpackSnappy(Uint8Array.of(0), CAP)).toEqual({ state: 'read', bytes: Buffer.alloc(0) });
});
