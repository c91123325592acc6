import { limits } from '#kernel/limits.ts';
import type { MonotoneClock } from '#kernel/monotone-clock.ts';
import type { Disk } from '#kernel/ports.ts';
import type { EventIds } from './event-ids.ts';
import type { WindowsHost } from './host.ts';
import type { Loader } from './loader.ts';
import type { PlanRegisters } from './plan-registers.ts';
import { sweepSpool } from './retention.ts';
import { type IntakeSnapshot, SnapshotStore } from './snapshot.ts';
import type { Spool } from './spool/spool.ts';
import type { WriteQueue } from './write-queue.ts';

const FOLDER = 'windows';

export interface SnapshotKeeperOptions {
  readonly disk: Disk;
  readonly clock: MonotoneClock;
  readonly log: (message: string) => void;
  readonly spool: Spool;
  readonly loader: Loader;
  readonly host: WindowsHost;
  readonly registers: PlanRegisters;
  /** How the ids of events are hashed that outlive their records. */
  readonly eventIds: Pick<EventIds, 'hash'>;
  readonly writes: WriteQueue;
  /** The last block of the spool that the windows have seen. */
  readonly position: () => number;
}

/** Keeps the windows and registers on disk, and the spool as long as they need it. */
export class SnapshotKeeper {
  readonly #options: SnapshotKeeperOptions;
  readonly #store: SnapshotStore;
  #runs = false;

  constructor(options: SnapshotKeeperOptions) {
    this.#options = options;
    this.#store = new SnapshotStore(options.disk, FOLDER, options.log);
  }

  /** Whether one is being written. */
  get runs(): boolean {
    return this.#runs;
  }

  load(): ReturnType<SnapshotStore['load']> {
    return this.#store.load();
  }

  /** Taken now, written in the background; then the spool is swept. Resolves with whether it was written, and never rejects. */
  save(): Promise<boolean> {
    const { clock, log, spool, loader, writes, eventIds } = this.#options;
    const snapshot = this.#take();
    this.#runs = true;
    return writes.run(async () => {
      let isWritten = false;
      try {
        await this.#store.save(snapshot);
        isWritten = true;
        await sweepSpool({
          spool,
          loader,
          safePosition: this.#store.safePosition,
          now: clock.now(),
          idempotencyMs: limits.idempotencyMs,
          eventIds,
        });
      } catch (error) {
        log(`The snapshot of the windows failed: ${String(error)}`);
      } finally {
        this.#runs = false;
      }
      return isWritten;
    });
  }

  #take(): IntakeSnapshot {
    const { host, registers, position } = this.#options;
    const windows = new Map(host.snapshots().map((plan) => [plan.name, plan]));
    const names = new Set([...windows.keys(), ...registers.names]);
    return {
      position: position(),
      at: host.at,
      plans: [...names].map((name) => {
        const { fieldTypes, versions, feed, heartbeats, looks, heardRuns, factsUpTo } = registers.of(name);
        const series = feed.snapshot();
        return {
          ...windows.get(name),
          name,
          fieldTypes: [...fieldTypes],
          typesAreSent: true,
          versions: versions.state,
          series,
          looks: looks.state,
          heardRuns: heardRuns.state,
          heartbeats: heartbeats.state,
          factsUpTo,
        };
      }),
    };
  }
}
