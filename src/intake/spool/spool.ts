import { assert } from '#kernel/assert.ts';
import type { Failure } from '#kernel/error-codes.ts';
import type { DurationMs, Instant } from '#kernel/instant.ts';
import type { AppendFile, Clock, Disk, Random } from '#kernel/ports.ts';
import { fail, ok, type Result } from '#kernel/result.ts';
import { type Block, type BlockMeta, encodeBlock, scanBlocks } from './block.ts';
import { type RecoverSegment, recoverSegments } from './recover.ts';
import { salvageFile } from './salvage.ts';
import { isDamagedName, keptPath, type Segment, segmentId, segmentNumber, segmentPath } from './segment.ts';

export interface SpoolOptions {
  readonly disk: Disk;
  readonly clock: Clock;
  readonly random: Random;
  /** Folder within the disk. */
  readonly folder: string;
  readonly limits: {
    readonly segmentBytes: number;
    readonly segmentMs: DurationMs;
    readonly totalBytes: number;
    /** Of the total, what each class of blocks leaves free for those that are more important: so much for each of them. */
    readonly reservedBytes: number;
    readonly batchBytes: number;
    /** How long a block may wait for the disk before it is refused. */
    readonly waitMs: DurationMs;
  };
  /** The time that blocks carry; must not go backwards. */
  readonly now: () => Instant;
  /** A batch is durable: called once for each, in order, before its writers are told. Must not throw. */
  readonly onDurable: (batch: readonly Block[]) => void;
  /** A segment is sealed and may be loaded. */
  readonly onSealed: () => void;
  readonly log: (message: string) => void;
}

export type NewBlock = Omit<BlockMeta, 'sequence' | 'batch' | 'receivedAt'> & { readonly payload: Uint8Array };

/** What a block holds, most important first: when the spool fills up, the last is refused first, and facts of the core go in to the end. */
export const blockClasses = ['facts', 'alerts', 'events', 'samples', 'logs'] as const;
export type BlockClass = (typeof blockClasses)[number];

export type AppendOutcome = Result<BlockMeta, Failure & { readonly retryAfterSeconds: number }>;

interface Waiting {
  readonly block: NewBlock;
  readonly receivedAt: Instant;
  /** Monotonic. */
  readonly sinceMs: number;
  readonly resolve: (outcome: AppendOutcome) => void;
}

interface ActiveSegment {
  readonly id: string;
  readonly file: AppendFile;
  readonly openedAt: Instant;
  /** All that was synced, also in memory: after a failed sync nothing that the file holds may be trusted. */
  readonly synced: Uint8Array[];
  bytes: number;
  firstSequence: number;
  lastSequence: number;
  firstReceivedAt: Instant;
  lastReceivedAt: Instant;
}

const FULL_RETRY_SECONDS = 10;
const FACTS_RETRY_SECONDS = 1;
/** How often it is looked whether something has waited for too long. */
const LOOK_MS = 1_000;
const FAILED_RETRY_SECONDS = 5;

/**
 * The durability point. Appends that wait at the same time share one fdatasync; nobody is told of success before it. A
 * failure of the disk fails the batch, and the segment is written anew from memory before anything else is appended.
 */
export class Spool {
  readonly #options: SpoolOptions;
  #sealed: Segment[] = [];
  #damaged: readonly string[] = [];
  #active: ActiveSegment | undefined;
  #broken: ActiveSegment | undefined;
  #waiting: Waiting[] = [];
  #inFlight: readonly Waiting[] = [];
  #waitingBytes = 0;
  #sealedBytes = 0;
  #nextNumber = 1;
  #nextSequence = 1;
  #nextBatch = 1;
  #running: Promise<void> | undefined;
  #sealWanted = false;
  #closed = false;
  #watches = false;
  #cancelWatch: (() => void) | undefined;
  #cancelSeal: (() => void) | undefined;

  constructor(options: SpoolOptions) {
    this.#options = options;
  }

  /** Reads what is there; to be called once, before the first append. */
  async recover(recover: RecoverSegment): Promise<void> {
    const { disk, folder, log } = this.#options;
    const segments = await recoverSegments(disk, folder, log, (segment, blocks) => {
      this.#nextNumber = Math.max(this.#nextNumber, segmentNumber(segment.id) + 1);
      this.#nextSequence = Math.max(this.#nextSequence, segment.lastSequence + 1);
      this.#nextBatch = Math.max(this.#nextBatch, (blocks.at(-1)?.meta.batch ?? 0) + 1);
      recover(segment, blocks);
    });
    this.#sealed = [...segments];
    this.#sealedBytes = segments.reduce((sum, segment) => sum + segment.bytes, 0);
    await this.lookForDamaged();
  }

  /** Looks which damaged files are still there: a person removes them once they have seen them. */
  async lookForDamaged(): Promise<void> {
    const { disk, folder } = this.#options;
    this.#damaged = (await disk.list(folder)).filter(isDamagedName);
  }

  /** Names of files that were damaged and are kept aside. */
  get damaged(): readonly string[] {
    return this.#damaged;
  }

  /** Sequence numbers start above this, for a snapshot that is younger than everything in the spool. */
  startAfter(sequence: number): void {
    this.#nextSequence = Math.max(this.#nextSequence, sequence + 1);
  }

  /** Resolves once the block is durable and `onDurable` has seen it, or with the reason why it is not. Never rejects. */
  append(block: NewBlock, blockClass: BlockClass): Promise<AppendOutcome> {
    const { totalBytes, reservedBytes } = this.#options.limits;
    const budget = totalBytes - reservedBytes * blockClasses.indexOf(blockClass);
    if (this.#closed) {
      return Promise.resolve(
        fail({ code: 'not-ready', message: 'Intake is stopping.', retryAfterSeconds: FAILED_RETRY_SECONDS }),
      );
    }
    if (this.bytes + block.payload.length > budget) {
      return Promise.resolve(
        fail({
          code: 'spool-full',
          message: `The spool holds ${this.bytes} of ${budget} bytes for ${blockClass}.`,
          retryAfterSeconds: blockClass === 'facts' ? FACTS_RETRY_SECONDS : FULL_RETRY_SECONDS,
        }),
      );
    }
    const receivedAt = this.#options.now();
    this.#waitingBytes += block.payload.length;
    return new Promise((resolve) => {
      this.#waiting.push({ block, receivedAt, sinceMs: this.#options.clock.monotonicMs(), resolve });
      this.#watchWaiting();
      this.#run();
    });
  }

  /** The receipt of the oldest block that is not durable yet: nothing at or after it may be judged. */
  get oldestInFlightAt(): Instant | undefined {
    return (this.#inFlight[0] ?? this.#waiting[0])?.receivedAt;
  }

  /** The receipt of the oldest block that stands in no sealed segment yet, nor will in one that is there. */
  get oldestUnsealedAt(): Instant | undefined {
    const open = [this.#broken, this.#active].find((segment) => segment !== undefined && segment.synced.length > 0);
    return open?.firstReceivedAt ?? this.oldestInFlightAt;
  }

  /** Bytes on disk and on the way there. */
  get bytes(): number {
    return this.#sealedBytes + (this.#active?.bytes ?? 0) + (this.#broken?.bytes ?? 0) + this.#waitingBytes;
  }

  /** Sealed segments, oldest first. */
  get segments(): readonly Segment[] {
    return this.#sealed;
  }

  /** The blocks of a sealed segment; of one that was damaged since it was written those that are sound. */
  async read(segment: Segment): Promise<readonly Block[]> {
    const { disk, log } = this.#options;
    const path = this.#pathOf(segment);
    const bytes = (await disk.read(path)) ?? new Uint8Array();
    const { blocks, validBytes } = scanBlocks(bytes);
    const known = this.#sealed.find(({ id }) => id === segment.id);
    if (known === undefined || (validBytes === known.bytes && bytes.length === validBytes)) return blocks;
    const salvaged = await salvageFile(disk, path, bytes, log);
    const index = this.#sealed.indexOf(known);
    assert(index >= 0, 'One at a time reads a segment.');
    if (salvaged.blocks.length === 0) this.#sealed.splice(index, 1);
    else this.#sealed[index] = { ...known, bytes: salvaged.bytes };
    this.#sealedBytes += salvaged.bytes - known.bytes;
    await this.lookForDamaged();
    return salvaged.blocks;
  }

  /** Puts a shorter file in place of a segment. */
  async keep({ id }: Segment, bytes: Uint8Array): Promise<void> {
    const { disk, folder } = this.#options;
    // It may have turned out damaged when it was read, with nothing left of it.
    if (!this.#sealed.some((one) => one.id === id)) return;
    await disk.replace(keptPath(folder, id), bytes);
    await disk.remove(segmentPath(folder, id));
    const index = this.#indexOf(id);
    const segment = this.#sealed[index];
    assert(segment !== undefined, 'Only a sealed segment is shortened.');
    this.#sealed[index] = { ...segment, bytes: bytes.length, kept: true };
    this.#sealedBytes += bytes.length - segment.bytes;
  }

  async remove({ id }: Segment): Promise<void> {
    const { disk } = this.#options;
    const present = this.#sealed[this.#indexOf(id)];
    if (present === undefined) return;
    await disk.remove(this.#pathOf(present));
    const index = this.#indexOf(id);
    const segment = this.#sealed[index];
    assert(segment !== undefined, 'Only a sealed segment is removed.');
    this.#sealed.splice(index, 1);
    this.#sealedBytes -= segment.bytes;
  }

  #indexOf(id: string): number {
    return this.#sealed.findIndex((segment) => segment.id === id);
  }

  #pathOf({ id, kept }: Segment): string {
    const { folder } = this.#options;
    return kept ? keptPath(folder, id) : segmentPath(folder, id);
  }

  /** Lets everything that waits become durable, seals the segment and refuses what comes later. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#sealWanted = true;
    this.#cancelSeal?.();
    this.#cancelWatch?.();
    this.#run();
    await this.#running;
  }

  /** Refuses what waits for a disk that hangs: it was not begun, so it is nowhere. */
  #watchWaiting(): void {
    if (this.#watches) return;
    this.#watches = true;
    this.#cancelWatch = this.#options.clock.after(LOOK_MS, () => {
      this.#watches = false;
      const { clock, limits } = this.#options;
      const sinceMs = clock.monotonicMs() - limits.waitMs;
      while (this.#waiting[0] !== undefined && this.#waiting[0].sinceMs < sinceMs) {
        const late = this.#waiting.shift();
        this.#waitingBytes -= late?.block.payload.length ?? 0;
        late?.resolve(
          fail({
            code: 'spool-slow',
            message: `The disk of the data folder did not take the request within ${limits.waitMs / 1_000} s.`,
            retryAfterSeconds: FAILED_RETRY_SECONDS,
          }),
        );
      }
      if (this.#waiting.length > 0) this.#watchWaiting();
    });
  }

  #run(): void {
    if (this.#running !== undefined) return;
    this.#running = this.#writeWaiting().finally(() => {
      this.#running = undefined;
      if (this.#waiting.length > 0) this.#run();
    });
  }

  async #writeWaiting(): Promise<void> {
    // Everything that arrives in this turn of the loop shares the first sync.
    await Promise.resolve();
    while (this.#waiting.length > 0 || this.#sealWanted) {
      if (this.#waiting.length > 0) await this.#writeBatch();
      if (this.#sealIsDue()) await this.#seal();
      this.#sealWanted = false;
    }
  }

  async #writeBatch(): Promise<void> {
    const batch = this.#takeBatch();
    this.#inFlight = batch;
    const number = this.#nextBatch++;
    const blocks = batch.map((entry): Block => {
      const { payload, ...rest } = entry.block;
      return {
        meta: { ...rest, sequence: this.#nextSequence++, batch: number, receivedAt: entry.receivedAt },
        payload,
      };
    });
    let problem: string | undefined;
    try {
      await this.#repair();
      const active = this.#active ?? (await this.#open());
      const bytes = Buffer.concat(blocks.map((block) => encodeBlock(block.meta, block.payload)));
      try {
        await active.file.append(bytes);
        await active.file.sync();
      } catch (error) {
        this.#broken = active;
        this.#active = undefined;
        this.#cancelSeal?.();
        throw error;
      }
      noteWritten(active, bytes, blocks);
    } catch (error) {
      problem = error instanceof Error ? error.message : String(error);
      this.#options.log(`The spool cannot be written: ${problem}`);
    }
    for (const block of blocks) this.#waitingBytes -= block.payload.length;
    this.#inFlight = [];
    if (problem === undefined) this.#options.onDurable(blocks);
    batch.forEach((entry, index) => {
      const block = blocks[index];
      entry.resolve(
        problem === undefined && block !== undefined
          ? ok(block.meta)
          : fail({
              code: 'spool-failed',
              message: 'The disk of the data folder refuses to write.',
              retryAfterSeconds: FAILED_RETRY_SECONDS,
            }),
      );
    });
  }

  #takeBatch(): readonly Waiting[] {
    let bytes = 0;
    let count = 0;
    for (const entry of this.#waiting) {
      bytes += entry.block.payload.length;
      if (count > 0 && bytes > this.#options.limits.batchBytes) break;
      count += 1;
    }
    return this.#waiting.splice(0, count);
  }

  async #open(): Promise<ActiveSegment> {
    const { disk, clock, random, folder, now, limits } = this.#options;
    const id = segmentId(this.#nextNumber++, random);
    const file = await disk.openAppend(segmentPath(folder, id));
    const active: ActiveSegment = {
      id,
      file,
      openedAt: now(),
      synced: [],
      bytes: 0,
      firstSequence: 0,
      lastSequence: 0,
      firstReceivedAt: 0,
      lastReceivedAt: 0,
    };
    this.#active = active;
    this.#cancelSeal = clock.after(limits.segmentMs, () => {
      this.#sealWanted = true;
      this.#run();
    });
    return active;
  }

  #sealIsDue(): boolean {
    const active = this.#active;
    if (active === undefined) return false;
    const { segmentBytes, segmentMs } = this.#options.limits;
    return this.#sealWanted || active.bytes >= segmentBytes || this.#options.now() - active.openedAt >= segmentMs;
  }

  async #seal(): Promise<void> {
    const active = this.#active;
    if (active === undefined) return;
    this.#cancelSeal?.();
    this.#active = undefined;
    try {
      await active.file.close();
    } catch (error) {
      // Everything in it was synced, so a failing close loses nothing.
      this.#options.log(`Closing segment ${active.id} failed: ${String(error)}`);
    }
    this.#addSealed(active);
  }

  /** Writes the segment whose disk failed anew, from what is known to have been synced. */
  async #repair(): Promise<void> {
    const broken = this.#broken;
    if (broken === undefined) return;
    const { disk, folder } = this.#options;
    await broken.file.close().catch(() => {});
    const path = segmentPath(folder, broken.id);
    if (broken.synced.length === 0) await disk.remove(path);
    else await disk.replace(path, Buffer.concat(broken.synced));
    this.#broken = undefined;
    this.#addSealed(broken);
  }

  #addSealed(active: ActiveSegment): void {
    if (active.synced.length === 0) return;
    const { id, bytes, firstSequence, lastSequence, firstReceivedAt, lastReceivedAt } = active;
    this.#sealed.push({ id, bytes, firstSequence, lastSequence, firstReceivedAt, lastReceivedAt, kept: false });
    this.#sealedBytes += bytes;
    this.#options.onSealed();
  }
}

function noteWritten(active: ActiveSegment, bytes: Uint8Array, blocks: readonly Block[]): void {
  const first = blocks[0];
  const last = blocks.at(-1);
  assert(first !== undefined && last !== undefined, 'A batch has at least one block.');
  if (active.synced.length === 0) {
    active.firstSequence = first.meta.sequence;
    active.firstReceivedAt = first.meta.receivedAt;
  }
  active.synced.push(bytes);
  active.bytes += bytes.length;
  active.lastSequence = last.meta.sequence;
  active.lastReceivedAt = last.meta.receivedAt;
}
