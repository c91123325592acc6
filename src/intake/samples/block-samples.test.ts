import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodePayload, encodePayload } from '../payload.ts';
import { encodeBlock, salvageBlocks } from '../spool/block.ts';
import { admitSamples } from './admit.ts';
import { SampleBatchBuilder } from './batch.ts';
import { decodeSamples, encodeSamples, holdsSamples } from './block-samples.ts';
import { SeriesRegister } from './series-register.ts';

const NOW = 1_790_000_000_000;

const points = fc.array(
  fc.record({
    series: fc.integer({ min: 0, max: 3 }),
    time: fc.integer({ min: NOW - 604_800_000, max: NOW + 60_000 }),
    value: fc.double({ noNaN: true, noDefaultInfinity: true }),
  }),
  { maxLength: 40 },
);
const names = ['up', 'http_requests_total', 'temp "°C"\n', '日本'];

function admitted(drawn: readonly { readonly series: number; readonly time: number; readonly value: number }[]) {
  const builder = new SampleBatchBuilder();
  for (const name of names) builder.series({ name, kind: 'gauge', labels: [['zone', `of ${name}`]] });
  for (const { series, time, value } of drawn) builder.add(series, time, value);
  return admitSamples(new SeriesRegister(), builder.build(), NOW);
}

test('what a block holds of points is what was taken, with or without records beside them', () => {
  fc.assert(
    fc.property(points, fc.boolean(), (drawn, withRecords) => {
      const samples = admitted(drawn);
      const records = [{ name: 'order', time: NOW, id: 'o-1', attributes: { total: 3 } }];
      const payload = encodeSamples(samples, withRecords ? encodePayload(records) : new Uint8Array());
      // As it lies in a file: at any place of a larger buffer.
      const file = new Uint8Array(payload.length + 3);
      file.set(payload, 3);
      const read = decodeSamples(file.subarray(3));
      expect(decodePayload(file.subarray(3))).toMatchObject(withRecords ? records : []);
      expect(read?.described.map(({ name }) => name)).toEqual(names);
      const ids = new Map(read?.described.map(({ idHigh, idLow, name }) => [`${idHigh} ${idLow}`, name]));
      expect(
        Array.from({ length: read?.count ?? 0 }, (_, index) => ({
          name: ids.get(`${read?.ids[2 * index + 1]} ${read?.ids[2 * index]}`),
          time: (read?.firstTime ?? 0) + (read?.offsets[index] ?? 0),
          value: read?.values[index],
        })),
      ).toEqual(drawn.map(({ series, time, value }) => ({ name: names[series], time, value })));
    }),
  );
});

test('a payload of records alone has no points', () => {
  const payload = encodePayload([]);
  expect(holdsSamples(payload)).toBe(false);
  expect(decodeSamples(payload)).toBeUndefined();
});

test('values that spell a block are not found as one in a damaged file', () => {
  const meta = {
    plan: 'other',
    sequence: 9,
    batch: 9,
    receivedAt: NOW,
    accepted: 1,
    duplicates: 0,
    rejected: [],
    hasEventIds: false,
  };
  const forged = encodeBlock(meta, encodePayload([]));
  const bytes = new Uint8Array(Math.ceil(forged.length / 8) * 8);
  bytes.set(forged);
  const builder = new SampleBatchBuilder();
  builder.series({ name: 'x', kind: 'gauge', labels: [] });
  for (const value of new Float64Array(bytes.buffer)) builder.add(0, NOW, value);
  const samples = admitSamples(new SeriesRegister(), builder.build(), NOW);
  // Every eight bytes of it are a finite number here, so all of it is taken.
  expect(samples.times).toHaveLength(bytes.length / 8);
  const payload = encodeSamples(samples, new Uint8Array());
  const file = encodeBlock({ ...meta, plan: 'shop', sequence: 1 }, payload);
  file[8] = 0xff;
  expect(salvageBlocks(file)).toEqual([]);
  const read = decodeSamples(payload);
  expect(new Uint8Array(read?.values.buffer ?? new ArrayBuffer(), read?.values.byteOffset, forged.length)).toEqual(
    forged,
  );
});
