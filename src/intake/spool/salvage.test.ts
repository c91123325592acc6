import { expect, test } from 'vitest';
import { limits } from '#kernel/limits.ts';
import { Loader } from '../loader.ts';
import { encodePayload } from '../payload.ts';
import { seededRandom, settle, startIntake, T0, VirtualClock } from '../test-support.ts';
import { encodeBlock, salvageBlocks } from './block.ts';
import { Spool } from './spool.ts';
import { VolatileDisk } from './volatile-disk.ts';

const MAGIC = 'WBLK';

function meta(sequence: number) {
  const request = { accepted: 1, duplicates: 0, rejected: [], hasEventIds: false };
  return { plan: 'shop', sequence, batch: sequence, receivedAt: T0 + sequence, ...request };
}

/** Text that looks like the beginning of a block as far as text can. */
function payload(sequence: number): Uint8Array {
  const attributes = { text: `${MAGIC}\u0001\u0000\u0000\u0000${MAGIC}` };
  return encodePayload([{ id: `e${sequence}`, name: 'sale', time: T0, attributes }]);
}

function segment(sequences: readonly number[]): Buffer {
  return Buffer.concat(sequences.map((sequence) => encodeBlock(meta(sequence), payload(sequence))));
}

/** The sequence numbers of a segment without the one whose block holds this byte. */
function without(sequences: readonly number[], byte: number): readonly number[] {
  return sequences.filter((_, index) => {
    const start = segment(sequences.slice(0, index)).length;
    return byte < start || byte >= segment(sequences.slice(0, index + 1)).length;
  });
}

function damaged(bytes: Buffer, index: number): Buffer {
  const copy = Buffer.from(bytes);
  copy[index] = (copy[index] ?? 0) ^ 0x55;
  return copy;
}

const name = (number: number): string => `${String(number).padStart(12, '0')}-${'0'.repeat(16)}`;
const path = (number: number): string => `spool/${name(number)}.seg`;

async function start(disk: VolatileDisk) {
  const clock = new VirtualClock(T0);
  const lines: string[] = [];
  const loaded: number[] = [];
  const log = (message: string): void => void lines.push(message);
  const sizes = {
    segmentBytes: 9_999,
    segmentMs: 1_000,
    totalBytes: 1e6,
    reservedBytes: 0,
    batchBytes: 5_000,
    waitMs: 5_000,
  };
  const random = seededRandom(3);
  const now = (): number => clock.now();
  const shared = { disk, clock, random, folder: 'spool', log };
  const spool = new Spool({ ...shared, limits: sizes, now, onDurable: () => {}, onSealed: () => {} });
  const sink = {
    insert: async (_: string, blocks: readonly { readonly receivedAt: number }[]) => {
      loaded.push(...blocks.map(({ receivedAt }) => receivedAt - T0));
    },
  };
  const loader = new Loader({ ...shared, spool, sink });
  const recovered: number[] = [];
  await spool.recover((_, blocks) => recovered.push(...blocks.map((block) => block.meta.sequence)));
  return { spool, loader, lines, loaded, recovered };
}

async function diskWith(files: Readonly<Record<string, Uint8Array>>): Promise<VolatileDisk> {
  const disk = new VolatileDisk();
  for (const [file, bytes] of Object.entries(files)) await disk.replace(file, bytes);
  return disk;
}

const sequences = [1, 2, 3];
const whole = segment(sequences);

test('a changed byte anywhere costs its own block only', () => {
  for (let index = 0; index < whole.length; index += 1) {
    const found = salvageBlocks(damaged(whole, index)).map((block) => block.meta.sequence);
    expect(found).toEqual(without(sequences, index));
  }
});

test('blocks left over from another file are not taken for this one’s', () => {
  const bytes = Buffer.concat([segment([4]), Buffer.from('junk'), segment([2, 5])]);
  expect(salvageBlocks(bytes).map((block) => block.meta.sequence)).toEqual([4, 5]);
});

test('a segment damaged at any byte before the start is loaded but for a block, and kept aside', async () => {
  for (let index = 0; index < whole.length; index += 1) {
    const bytes = damaged(whole, index);
    const disk = await diskWith({ [path(1)]: bytes, [path(2)]: segment([4]) });
    const { spool, loader, lines, loaded, recovered } = await start(disk);
    expect(recovered).toEqual([...without(sequences, index), 4]);
    loader.wake();
    await settle();
    expect(loaded).toEqual(recovered);
    expect([loader.problem, loader.waiting.length]).toEqual([undefined, 0]);
    expect(spool.damaged).toEqual([`${name(1)}.seg.damaged`]);
    expect(Buffer.compare((await disk.read(`${path(1)}.damaged`)) ?? Buffer.alloc(0), bytes)).toBe(0);
    expect(lines.join()).toContain('is damaged');
    // The next run finds a sound spool, and the file is told of until it is gone.
    const again = await start(disk);
    expect([again.recovered, again.lines]).toEqual([recovered, []]);
    expect(again.spool.damaged).toHaveLength(1);
    await disk.remove(`${path(1)}.damaged`);
    await again.spool.lookForDamaged();
    expect(again.spool.damaged).toEqual([]);
  }
});

test('a segment damaged at any byte while intake runs does not hold up the next one', async () => {
  for (let index = 0; index < whole.length; index += 1) {
    const disk = await diskWith({ [path(1)]: whole, [path(2)]: segment([4]) });
    const { spool, loader, loaded } = await start(disk);
    await disk.replace(path(1), damaged(whole, index));
    loader.wake();
    await settle();
    expect(loaded).toEqual([...without(sequences, index), 4]);
    expect([loader.problem, spool.damaged.length]).toEqual([undefined, 1]);
    expect(spool.bytes).toBe(((await disk.read(path(1))) ?? []).length + segment([4]).length);
  }
});

test('nothing is left of a segment without a sound block, nor of one that is gone', async () => {
  const disk = await diskWith({ [path(1)]: segment([1]), [path(2)]: segment([2]), [path(3)]: segment([3]) });
  const { spool, loader, loaded } = await start(disk);
  await disk.replace(path(1), Buffer.alloc(50));
  await disk.remove(path(2));
  loader.wake();
  await settle();
  expect(loaded).toEqual([3]);
  expect(spool.segments.map(({ id }) => id)).toEqual([name(3)]);
  expect(spool.damaged).toHaveLength(2);
  expect(spool.bytes).toBe(segment([3]).length);
});

test('the torn end of the youngest segment is no damage', async () => {
  for (let length = segment([1, 2]).length; length < whole.length; length += 1) {
    const { spool, recovered, lines } = await start(await diskWith({ [path(1)]: whole.subarray(0, length) }));
    expect([recovered, spool.damaged, lines]).toEqual([[1, 2], [], []]);
  }
});

test('intake says what is damaged until the file is gone, and stays ready', async () => {
  const disk = await diskWith({ [path(1)]: damaged(whole, 30), [path(2)]: segment([4]) });
  const { intake, connect, configure, clock } = await startIntake({ disk });
  configure(connect());
  await clock.advance(100);
  const { ready, reasons } = intake.status();
  expect([ready, reasons]).toEqual([true, [expect.stringContaining(`spool/${name(1)}.seg.damaged`)]]);
  await disk.remove(`${path(1)}.damaged`);
  await clock.advance(2 * limits.snapshotEveryMs);
  expect(intake.status().reasons).toEqual([]);
  await intake.stop();
});
