import { type Block, scanBlocks } from '#intake/spool/block.ts';
import { VolatileDisk } from '#intake/spool/volatile-disk.ts';
import type { AppendFile, Disk } from '#kernel/ports.ts';
import type { Coverage } from './coverage.ts';
import type { Faults } from './faults.ts';
import type { Scheduler, SimulatedProcess } from './scheduler.ts';

/**
 * The machine's disk. Each process reaches it through a port of its own that waits at every call and dies with the process;
 * what a power loss leaves of unsynced bytes is decided by chance.
 */
export class SimulatedDisk {
  readonly #inner = new VolatileDisk();
  readonly #scheduler: Scheduler;
  readonly #faults: () => Faults;
  readonly #coverage: Coverage;
  /** Blocks of segments that were removed after they had been loaded, by sequence number. */
  readonly #removed = new Map<number, Block>();
  /** Blocks whose sync was refused, by `blockKey`, each with the process that was refused. */
  readonly refused = new Map<string, SimulatedProcess>();
  /** Whether the telemetry store holds a segment. */
  readonly #isLoaded: (segment: string) => boolean;
  /** Called at every wait of a process; it may kill it. */
  readonly #atWait: (process: SimulatedProcess) => void;

  constructor(
    scheduler: Scheduler,
    faults: () => Faults,
    coverage: Coverage,
    isLoaded: (segment: string) => boolean,
    atWait: (process: SimulatedProcess) => void,
  ) {
    this.#scheduler = scheduler;
    this.#faults = faults;
    this.#coverage = coverage;
    this.#isLoaded = isLoaded;
    this.#atWait = atWait;
  }

  /** Unsynced bytes are lost, all, none, or from some place on. */
  losePower(): void {
    const { chance } = this.#scheduler;
    this.#inner.losePower((synced, written) => {
      if (written === synced) return synced;
      const kept = chance.pick([synced, written, chance.whole(synced, written)]);
      if (kept > synced && kept < written) this.#coverage.see('torn write after power loss');
      return kept;
    });
  }

  /** Every block that was ever durable and stayed, in order. */
  async blocks(): Promise<readonly Block[]> {
    const blocks = new Map(this.#removed);
    for (const name of await this.#inner.list('spool')) {
      if (!name.endsWith('.seg')) continue;
      for (const block of await this.#blocksOf(`spool/${name}`)) blocks.set(block.meta.sequence, block);
    }
    return [...blocks.values()].sort((left, right) => left.meta.sequence - right.meta.sequence);
  }

  async #blocksOf(path: string): Promise<readonly Block[]> {
    return scanBlocks((await this.#inner.read(path)) ?? new Uint8Array()).blocks;
  }

  portOf(process: SimulatedProcess): Disk {
    const inner = this.#inner;
    const wait = (): Promise<void> => this.#wait(process, false);
    const risk = (): Promise<void> => this.#wait(process, true);
    return {
      openAppend: async (path, options) => {
        await risk();
        const file = await inner.openAppend(path, options);
        await wait();
        return this.#fileOf(file, process, wait, risk);
      },
      read: async (path) => {
        await wait();
        return inner.read(path);
      },
      replace: async (path, bytes) => {
        await risk();
        await inner.replace(path, bytes);
        await wait();
      },
      remove: async (path) => {
        await risk();
        const segment = /^spool\/(.+)\.seg$/.exec(path)?.[1];
        if (segment !== undefined && this.#isLoaded(segment)) {
          for (const block of await this.#blocksOf(path)) this.#removed.set(block.meta.sequence, block);
        }
        await inner.remove(path);
        await wait();
      },
      list: async (folder) => {
        await wait();
        return inner.list(folder);
      },
    };
  }

  #fileOf(
    file: AppendFile,
    process: SimulatedProcess,
    wait: () => Promise<void>,
    risk: () => Promise<void>,
  ): AppendFile {
    let unsynced: readonly Block[] = [];
    return {
      append: async (bytes) => {
        await risk();
        await file.append(bytes);
        unsynced = [...unsynced, ...scanBlocks(bytes).blocks];
        await wait();
      },
      sync: async () => {
        try {
          await risk();
        } catch (caught) {
          for (const block of unsynced) this.refused.set(blockKey(block), process);
          throw caught;
        }
        await file.sync();
        unsynced = [];
        await wait();
      },
      close: () => file.close(),
    };
  }

  #wait(process: SimulatedProcess, mayFail: boolean): Promise<void> {
    const { chance } = this.#scheduler;
    return new Promise((resolve, reject) => {
      if (!process.alive) return;
      const fails = mayFail && chance.happens(this.#faults().diskRefuses);
      this.#scheduler.after(
        chance.between(0.02, 1),
        () => {
          this.#atWait(process);
          if (!process.alive) return;
          if (!fails) return resolve();
          this.#coverage.see('disk refused');
          reject(new Error('The disk refuses.'));
        },
        process,
      );
    });
  }
}

/** Names a block among all that were ever written: a sequence number that was refused may be given again. */
export function blockKey({ meta }: Block): string {
  return `${meta.sequence} ${meta.receivedAt}`;
}
