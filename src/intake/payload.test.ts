import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { EventRecord } from '#signals/record.ts';
import { decodeColumns } from '#storage/columns/encode-columns.ts';
import { bareAttributes } from './decoding.ts';
import { EventIds } from './event-ids.ts';
import {
  decodePayload,
  decodePayloadColumns,
  decodePayloadIds,
  eachKeptId,
  encodeIds,
  encodePayload,
} from './payload.ts';
import { VolatileDisk } from './spool/volatile-disk.ts';
import { seededRandom } from './test-support.ts';

/** Also lone halves of surrogate pairs, which have no form in UTF-8, and what the spool looks for. */
const text = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: fc.constantFrom('\ud83d', '\ude00', 'é', 'a', '\0', 'WBLK') }),
  fc.constantFrom('', 'GET', '/checkout', 'WBLK', '__proto__'),
);
const name = fc.oneof(text, fc.constantFrom('__proto__', 'constructor', 'id', 'name', 'route', 'status'));
const number = fc.oneof(
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.integer(),
  fc.constantFrom(0, -0, 0.1, 1e308, 2 ** 53 - 1, 1_790_000_000_000),
);
const record = fc
  .record({
    name: text,
    time: fc.integer({ min: 0, max: 2 ** 42 }),
    user: fc.option(text, { nil: undefined }),
    durationMs: fc.option(number, { nil: undefined }),
    value: fc.option(number, { nil: undefined }),
    attributes: fc.array(fc.tuple(name, fc.oneof(text, number, fc.boolean())), { maxLength: 6 }),
  })
  .map(({ user, durationMs, value, attributes, ...rest }): Omit<EventRecord, 'id'> => {
    const bare = bareAttributes();
    for (const [key, one] of attributes) bare[key] = one;
    return {
      ...rest,
      ...(user !== undefined && { user }),
      ...(durationMs !== undefined && { durationMs }),
      ...(value !== undefined && { value }),
      attributes: bare,
    };
  });

/** JSON has one zero only, and what is told of a number does not depend on its sign. */
function plain(records: readonly EventRecord[]): unknown {
  return records.map(({ attributes, ...own }) => [
    Object.entries(own).toSorted().map(unsigned),
    Object.entries(attributes).toSorted().map(unsigned),
  ]);
}

function unsigned([key, value]: [string, unknown]): unknown {
  return [key, value === 0 ? 0 : value];
}

test('what a payload holds are the records, whatever is in them', () => {
  fc.assert(
    fc.property(
      fc.array(record, { maxLength: 12 }),
      fc.integer({ min: 1, max: 20 }),
      fc.oneof(fc.constant('made' as const), fc.constant('mixed' as const), text),
      (drawn, times, ids) => {
        const repeated = Array.from({ length: drawn.length * times }, (_, index) => drawn[index % drawn.length]);
        const records = repeated.map((one, index): EventRecord => {
          const isMade = ids === 'made' || (ids === 'mixed' && index < 3);
          return { ...(one as EventRecord), id: isMade ? `0123456789abcdef-${index + 98}` : `${ids}-${index % 5}` };
        });
        for (const made of [0, ids === 'made' ? records.length : 0]) {
          const payload = encodePayload(records, made);
          // Wherever it stands in a segment.
          const shifted = new Uint8Array(payload.length + 5);
          shifted.set(payload, 5);
          expect(plain(decodePayload(shifted.subarray(5)))).toEqual(plain(records));
          expect(decodePayloadColumns(payload)?.count ?? 0).toBe(records.length);
        }
      },
    ),
    { numRuns: 300 },
  );
});

test('attributes inherit nothing after they were read', () => {
  const [read] = decodePayload(encodePayload([{ name: 'a', time: 1, id: 'x', attributes: {} }]));
  expect(read?.attributes['constructor']).toBeUndefined();
});

test('ids that were made take no room, and those that only look so are kept as they are', () => {
  const made = (index: number) => ({ name: 'a', time: 1, id: `run-${index}`, attributes: {} });
  const consecutive = [made(8), made(9), made(10)];
  expect(decodeColumns(encodePayload(consecutive, 3)).made).toEqual({ run: 'run', first: 8, count: 3 });
  for (const ids of [['run-08'], ['run-8', 'run-10'], ['a-1', 'b-2'], ['x'], ['run-1', 'run-2', 'run-2']]) {
    const records = ids.map((id) => ({ ...made(0), id }));
    expect(decodePayload(encodePayload(records, ids.length)).map(({ id }) => id)).toEqual(ids);
    expect(decodePayloadIds(encodePayload(records))).toEqual(ids);
  }
});

test('a payload never holds what a block begins with, unless it is JSON', () => {
  const payload = encodePayload([{ name: 'a', time: 1, id: 'x', attributes: { text: 'WBLK\u0001\0' } }]);
  expect(Buffer.from(payload).toString('latin1', 0, 1)).toBe('[');
  expect(decodePayload(payload)[0]?.attributes).toEqual({ text: 'WBLK\u0001\0' });
});

test('blocks that were written as JSON are read', () => {
  const old = [{ name: 'sale', time: 5, id: 'o-1', value: 2, attributes: { __proto__: null, paid: true, n: 1 } }];
  const payload = Buffer.from(JSON.stringify(old));
  expect(decodePayload(payload)).toEqual([{ ...old[0], attributes: { paid: true, n: 1 } }]);
  expect(decodePayloadColumns(payload)?.columns.map((column) => column.name)).toEqual([
    'name',
    'id',
    'value',
    'paid',
    'n',
  ]);
});

test('kept ids are recognised, in eight bytes each or as an earlier version kept them; hashes without a key are not', async () => {
  const hashes = new EventIds(1_000, 10_000);
  const disk = new VolatileDisk();
  await hashes.load(disk, seededRandom(1));
  eachKeptId(hashes, 'shop', Buffer.from([0x48, 1, 2, 3, 4, 5, 6, 7, 8]), () => expect.unreachable());
  await fc.assert(
    fc.asyncProperty(fc.array(text), fc.boolean(), async (ids, earlier) => {
      const kept = earlier ? Buffer.from(JSON.stringify(ids)) : encodeIds(hashes, 'shop', ids);
      if (!earlier) expect(kept.length).toBe(1 + 8 * ids.length);
      const remembered = new EventIds(1_000, 10_000);
      await remembered.load(disk, seededRandom(2));
      eachKeptId(hashes, 'shop', kept, (hash) => remembered.addHash(hash, 0));
      expect(ids.every((id) => remembered.has('shop', id))).toBe(true);
      expect(ids.some((id) => remembered.has('other', id))).toBe(false);
    }),
  );
});
