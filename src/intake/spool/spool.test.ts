import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { seededRandom, settle, T0, VirtualClock } from '../test-support.ts';
import { type Block, encodeBlock, scanBlocks } from './block.ts';
import { type BlockClass, Spool, type SpoolOptions } from './spool.ts';
import { VolatileDisk } from './volatile-disk.ts';

interface Running {
  readonly spool: Spool;
  readonly clock: VirtualClock;
  readonly disk: VolatileDisk;
  readonly durable: (readonly Block[])[];
  readonly recovered: Block[];
}

async function open(disk = new VolatileDisk(), changes: Partial<SpoolOptions['limits']> = {}): Promise<Running> {
  const clock = new VirtualClock(T0);
  const durable: (readonly Block[])[] = [];
  const recovered: Block[] = [];
  const spool = new Spool({
    disk,
    clock,
    random: seededRandom(3),
    folder: 'spool',
    limits: {
      segmentBytes: 10_000,
      segmentMs: 1_000,
      totalBytes: 1_000_000,
      reservedBytes: 1_000,
      batchBytes: 5_000,
      waitMs: 5_000,
      ...changes,
    },
    now: () => clock.now(),
    onDurable: (batch) => durable.push(batch),
    onSealed: () => {},
    log: () => {},
  });
  await spool.recover((_segment, blocks) => recovered.push(...blocks));
  return { spool, clock, disk, durable, recovered };
}

function append(spool: Spool, text: string, blockClass: BlockClass = 'events'): ReturnType<Spool['append']> {
  const payload = new TextEncoder().encode(text);
  return spool.append(
    { plan: 'shop', accepted: 1, duplicates: 0, rejected: [], hasEventIds: false, payload },
    blockClass,
  );
}

function texts(blocks: readonly Block[]): readonly string[] {
  return blocks.map((block) => new TextDecoder().decode(block.payload));
}

describe('blocks', () => {
  const meta = (sequence: number) => ({
    plan: 'shop',
    sequence,
    batch: sequence,
    receivedAt: T0,
    accepted: 1,
    duplicates: 0,
    rejected: [],
    hasEventIds: false,
  });
  const blocks = ['one', 'two', 'three'].map((text, index) => encodeBlock(meta(index + 1), Buffer.from(text)));
  const whole = Buffer.concat(blocks);
  const ends = blocks.map((_, index) => Buffer.concat(blocks.slice(0, index + 1)).length);

  test('a tail torn at any byte is cut at the end of the last whole block', () => {
    for (let length = 0; length <= whole.length; length += 1) {
      const scanned = scanBlocks(whole.subarray(0, length));
      const complete = ends.filter((end) => end <= length);
      expect(scanned.blocks).toHaveLength(complete.length);
      expect(scanned.validBytes).toBe(complete.at(-1) ?? 0);
    }
  });

  test('a changed byte anywhere ends what is believed before its block', () => {
    for (let index = 0; index < whole.length; index += 1) {
      const damaged = Buffer.from(whole);
      damaged[index] = (damaged[index] ?? 0) ^ 0x55;
      const sound = ends.filter((end) => end <= index).length;
      // Two bytes of the header are reserved and carry nothing, but they are checked as well.
      expect(scanBlocks(damaged).blocks).toHaveLength(sound);
    }
  });
});

describe('group commit', () => {
  test('appends that wait share one sync, in their order', async () => {
    const { spool, disk, durable } = await open();
    let syncs = 0;
    disk.fault = async (operation) => {
      if (operation === 'sync') syncs += 1;
    };
    await Promise.all(['a', 'b', 'c'].map((text) => append(spool, text)));
    expect(syncs).toBe(1);
    expect(durable.map(texts)).toEqual([['a', 'b', 'c']]);
  });

  test('nobody is told before the sync, nor of a batch that comes after it', async () => {
    const { spool, disk, durable } = await open();
    const syncs: (() => void)[] = [];
    disk.fault = (operation) =>
      operation === 'sync' ? new Promise((resolve) => syncs.push(resolve)) : Promise.resolve();
    const told: string[] = [];
    const first = append(spool, 'first').then(() => told.push('first'));
    await settle();
    const second = append(spool, 'second').then(() => told.push('second'));
    await settle();
    expect([told, syncs.length, spool.oldestInFlightAt]).toEqual([[], 1, T0]);
    syncs.shift()?.();
    await first;
    await settle();
    expect([told, durable.map(texts)]).toEqual([['first'], [['first']]]);
    syncs.shift()?.();
    await second;
    expect(told).toEqual(['first', 'second']);
    expect(spool.oldestInFlightAt).toBeUndefined();
  });

  test('a failed sync refuses its batch only, and the file holds nothing of it', async () => {
    const { spool, disk } = await open();
    await append(spool, 'kept');
    disk.fault = async (operation) => {
      if (operation === 'sync') throw new Error('EIO');
    };
    expect(await append(spool, 'refused')).toMatchObject({ ok: false, failure: { code: 'spool-failed' } });
    expect(await append(spool, 'refused too')).toMatchObject({ ok: false });
    disk.fault = async () => {};
    expect(await append(spool, 'later')).toMatchObject({ ok: true });
    await spool.close();
    const again = await open(disk);
    expect(texts(again.recovered)).toEqual(['kept', 'later']);
  });

  test('a failing write that was written in part leaves nothing', async () => {
    const { spool, disk } = await open();
    await append(spool, 'kept');
    disk.fault = async (operation, path) => {
      if (operation !== 'append') return;
      disk.fault = async () => {};
      const file = await disk.openAppend(path);
      await file.append(new Uint8Array(30));
      throw new Error('ENOSPC');
    };
    expect(await append(spool, 'refused')).toMatchObject({ ok: false });
    expect(await append(spool, 'later')).toMatchObject({ ok: true });
    await spool.close();
    expect(texts((await open(disk)).recovered)).toEqual(['kept', 'later']);
  });
});

describe('segments', () => {
  test('are sealed by size and by age', async () => {
    const { spool, clock } = await open(undefined, { segmentBytes: 1_000 });
    await append(spool, 'x'.repeat(1_000));
    await append(spool, 'small');
    expect(spool.segments).toHaveLength(1);
    await clock.advance(1_000);
    expect(spool.segments).toHaveLength(2);
    expect(spool.segments.map((segment) => [segment.firstSequence, segment.lastSequence])).toEqual([
      [1, 1],
      [2, 2],
    ]);
  });

  test('have ids that no spool before had', async () => {
    const { spool, clock, disk } = await open();
    await append(spool, 'a');
    await clock.advance(1_000);
    const again = await open(disk);
    await append(again.spool, 'b');
    await again.spool.close();
    expect(new Set(again.spool.segments.map((segment) => segment.id)).size).toBe(2);
  });

  test('fill the budgets of what matters least first, and that of facts last', async () => {
    const { spool } = await open(undefined, { totalBytes: 6_000, reservedBytes: 1_000 });
    for (const [blockClass, more] of [
      ['logs', 'samples'],
      ['samples', 'events'],
      ['events', 'alerts'],
      ['alerts', 'facts'],
    ] as const) {
      while ((await append(spool, 'x'.repeat(400), blockClass)).ok);
      expect(await append(spool, 'x'.repeat(400), blockClass)).toMatchObject({
        ok: false,
        failure: { code: 'spool-full', retryAfterSeconds: 10 },
      });
      expect((await append(spool, 'x'.repeat(400), more)).ok).toBe(true);
    }
    while ((await append(spool, 'x'.repeat(400), 'facts')).ok);
    expect(await append(spool, 'x'.repeat(400), 'facts')).toMatchObject({
      ok: false,
      failure: { retryAfterSeconds: 1 },
    });
  });

  test('refuse what waits for a disk that hangs, and keep what it had begun', async () => {
    const { spool, clock, disk, durable } = await open();
    let release = (): void => {};
    disk.fault = (operation) =>
      operation === 'sync'
        ? new Promise((resolve) => {
            release = resolve;
          })
        : Promise.resolve();
    const begun = append(spool, 'begun');
    await settle();
    const waiting = append(spool, 'waiting');
    await clock.advance(7_000);
    expect(await waiting).toMatchObject({ ok: false, failure: { code: 'spool-slow', retryAfterSeconds: 5 } });
    disk.fault = async () => {};
    release();
    expect((await begun).ok).toBe(true);
    expect(texts(durable.flat())).toEqual(['begun']);
    expect((await append(spool, 'later')).ok).toBe(true);
  });
});

test('a start after a long absence of the store syncs only the segment that was being written', async () => {
  const { spool, clock, disk } = await open();
  for (let second = 0; second < 50; second += 1) {
    await append(spool, `block ${second}`);
    await clock.advance(1_000);
  }
  let opened = 0;
  disk.fault = async (operation) => {
    if (operation === 'open') opened += 1;
  };
  expect((await open(disk)).recovered).toHaveLength(50);
  expect(opened).toBe(1);
});

test('whatever is lost with the power, what was acknowledged is found, in order, once', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(
        fc.record({
          count: fc.integer({ min: 1, max: 4 }),
          pauseMs: fc.integer({ min: 0, max: 700 }),
          fails: fc.boolean(),
        }),
        {
          maxLength: 12,
        },
      ),
      fc.double({ min: 0, max: 1, noNaN: true }),
      async (rounds, share) => {
        const running = await open();
        const { spool, disk, clock } = running;
        const acknowledged: string[] = [];
        const refused = new Set<string>();
        let number = 0;
        for (const { count, pauseMs, fails } of rounds) {
          disk.fault = async (operation) => {
            if (fails && operation === 'sync') throw new Error('EIO');
          };
          const names = Array.from({ length: count }, () => `block ${number++}`);
          const outcomes = await Promise.all(names.map((name) => append(spool, name)));
          outcomes.forEach((outcome, index) => {
            const name = names[index] ?? '';
            if (outcome.ok) acknowledged.push(name);
            else refused.add(name);
          });
          await clock.advance(pauseMs);
        }
        disk.fault = async () => {};
        const pending = append(spool, 'on its way');
        disk.losePower((synced, written) => synced + Math.floor((written - synced) * share));
        await pending;
        const again = await open(disk);
        const found = texts(again.recovered);
        expect(found.filter((name) => !refused.has(name) && name !== 'on its way')).toEqual(acknowledged);
        expect(new Set(found).size).toBe(found.length);
        const sequences = again.recovered.map((block) => block.meta.sequence);
        expect(sequences).toEqual(sequences.toSorted((left, right) => left - right));
        // What was found may be told of, so it outlasts another loss of power.
        disk.losePower((synced) => synced);
        expect(texts((await open(disk)).recovered)).toEqual(found);
      },
    ),
    { numRuns: 60 },
  );
});
