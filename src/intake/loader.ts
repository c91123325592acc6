import type { Instant } from '#kernel/instant.ts';
import { limits } from '#kernel/limits.ts';
import type { Clock, Disk, Random } from '#kernel/ports.ts';
import type { EventRecord } from '#signals/record.ts';
import type { StorableEvents } from '#storage/clickhouse/event-blocks.ts';
import type { StorableSamples, StorableSeries } from '#storage/clickhouse/samples.ts';
import { decodePayload, decodePayloadColumns } from './payload.ts';
import { decodeSamples } from './samples/block-samples.ts';
import type { Segment } from './spool/segment.ts';
import type { Spool } from './spool/spool.ts';

/** One event on its way to the telemetry store. */
export interface StoredEvent {
  readonly plan: string;
  readonly receivedAt: Instant;
  readonly event: EventRecord;
}

/** What a block is to the telemetry store. */
export interface LoadedBlock {
  readonly plan: string;
  readonly receivedAt: Instant;
  /** As the block holds it: `eventsOf` reads it, which the production's sink does in a thread of its own. */
  readonly payload: Uint8Array;
}

/**
 * The port to the telemetry store. A segment is inserted as one block with its id as deduplication token, so that the same
 * call again changes nothing. Throws when the store did not say that it has the rows.
 */
export interface EventSink {
  insert(segmentId: string, blocks: readonly LoadedBlock[]): Promise<void>;
}

export function eventsOf(blocks: readonly LoadedBlock[]): readonly StoredEvent[] {
  return blocks.flatMap(({ plan, receivedAt, payload }) =>
    decodePayload(payload).map((event): StoredEvent => ({ plan, receivedAt, event })),
  );
}

/** The same by columns, for a sink that takes many. */
export function eventColumnsOf(blocks: readonly LoadedBlock[]): readonly StorableEvents[] {
  return blocks.flatMap(({ plan, receivedAt, payload }) => {
    const columns = decodePayloadColumns(payload);
    return columns === undefined ? [] : [{ plan, receivedAt, columns }];
  });
}

/** Points on their way to the telemetry store, and what describes their series. */
export function samplesOf(blocks: readonly LoadedBlock[]): {
  readonly samples: readonly StorableSamples[];
  readonly series: readonly StorableSeries[];
} {
  const samples: StorableSamples[] = [];
  const series: StorableSeries[] = [];
  for (const { plan, receivedAt, payload } of blocks) {
    const part = decodeSamples(payload);
    if (part === undefined) continue;
    samples.push({ plan, ...part });
    for (const one of part.described) series.push({ plan, describedAt: receivedAt, ...one });
  }
  return { samples, series };
}

export interface LoaderOptions {
  readonly spool: Spool;
  readonly sink: EventSink;
  readonly disk: Disk;
  readonly folder: string;
  readonly clock: Clock;
  readonly random: Random;
  /** Takes out of a block what is not to be stored any more. */
  readonly filter?: (block: LoadedBlock) => LoadedBlock;
  readonly log: (message: string) => void;
}

const FIRST_BACKOFF_MS = 100;
/** From so many on, loaded segments that the spool does not have any more are forgotten. */
const FORGET_ABOVE = 1_000;

/** Whether a block of a request of which nothing was taken holds something all the same: a deployment that it told of. */
function holdsMore(payload: Uint8Array): boolean {
  return decodePayload(payload).length > 0;
}

/** Brings sealed segments into the telemetry store, in order, for as long as it takes. */
export class Loader {
  readonly #options: LoaderOptions;
  readonly #path: string;
  #loaded = new Set<string>();
  #forgetAbove = FORGET_ABOVE;
  #running: Promise<void> | undefined;
  #stopped = false;
  #attempt: Promise<void> = Promise.resolve();
  #wakeSleeper: (() => void) | undefined;
  /** The last failure, while it lasts. */
  problem: string | undefined;

  constructor(options: LoaderOptions) {
    this.#options = options;
    this.#path = `${options.folder}/loaded.json`;
  }

  /** Reads what an earlier run has loaded. Losing the file only means inserting again what the store recognises. */
  async recover(): Promise<void> {
    const bytes = await this.#options.disk.read(this.#path);
    if (bytes === undefined) return;
    try {
      this.#loaded = new Set(JSON.parse(new TextDecoder().decode(bytes)) as readonly string[]);
    } catch {
      this.#options.log('The list of loaded segments is damaged; they are loaded once more.');
    }
  }

  isLoaded(segment: Segment): boolean {
    return segment.kept || this.#loaded.has(segment.id);
  }

  /** Sealed segments that the store does not have yet, oldest first. */
  get waiting(): readonly Segment[] {
    return this.#options.spool.segments.filter((segment) => !this.isLoaded(segment));
  }

  /** The first of those that wait. Those before it are loaded and leave with the next sweep, so it is found soon, however many wait. */
  #next(): Segment | undefined {
    return this.#options.spool.segments.find((segment) => !this.isLoaded(segment));
  }

  /** There may be something to load. */
  wake(): void {
    if (this.#running !== undefined || this.#stopped) return;
    this.#running = this.#loadAll().finally(() => {
      this.#running = undefined;
      if (this.#next() !== undefined) this.wake();
    });
  }

  /** Resolves when what is being inserted now is in the store, or was refused by it. */
  async settled(): Promise<void> {
    await this.#attempt;
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#wakeSleeper?.();
    await this.#running;
  }

  async #loadAll(): Promise<void> {
    let backoffMs = FIRST_BACKOFF_MS;
    for (let segment = this.#next(); segment !== undefined && !this.#stopped; segment = this.#next()) {
      try {
        const attempt = this.#load(segment);
        this.#attempt = attempt.catch(() => {});
        await attempt;
        this.problem = undefined;
        backoffMs = FIRST_BACKOFF_MS;
      } catch (error) {
        const text = error instanceof Error ? error.message : String(error);
        if (this.problem !== text) this.#options.log(`Segment ${segment.id} is not loaded yet: ${text}`);
        this.problem = text;
        await this.#sleep(backoffMs * (0.5 + this.#options.random.fraction() / 2));
        backoffMs = Math.min(backoffMs * 2, limits.loaderBackoffMs);
      }
    }
  }

  async #load(segment: Segment): Promise<void> {
    const { spool, sink, disk, filter = (block) => block } = this.#options;
    const blocks = (await spool.read(segment))
      .filter(({ meta, payload }) => meta.accepted > meta.duplicates || holdsMore(payload))
      .map(({ meta, payload }) => filter({ plan: meta.plan, receivedAt: meta.receivedAt, payload }));
    if (blocks.length > 0) await sink.insert(segment.id, blocks);
    this.#loaded.add(segment.id);
    if (this.#loaded.size > this.#forgetAbove) {
      const present = new Set(spool.segments.map((one) => one.id));
      this.#loaded = new Set([...this.#loaded].filter((id) => present.has(id)));
      this.#forgetAbove = Math.max(FORGET_ABOVE, 2 * this.#loaded.size);
    }
    await disk.replace(this.#path, new TextEncoder().encode(JSON.stringify([...this.#loaded])));
  }

  #sleep(durationMs: number): Promise<void> {
    const { clock } = this.#options;
    return new Promise((resolve) => {
      const cancel = clock.after(durationMs, resolve);
      this.#wakeSleeper = () => {
        cancel();
        resolve();
      };
      if (this.#stopped) this.#wakeSleeper();
    });
  }
}
