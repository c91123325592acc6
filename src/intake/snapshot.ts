import { crc32 } from 'node:zlib';
import type { Instant } from '#kernel/instant.ts';
import type { Disk } from '#kernel/ports.ts';
import type { FieldType } from './decoding.ts';
import type { KeptHeartbeat } from './heartbeats/register.ts';
import type { KeptRun } from './probes/heard-runs.ts';
import type { KnownLook } from './probes/register.ts';
import type { FedSeries } from './samples/feed.ts';
import type { OutboxState } from './verdict-outbox.ts';
import type { KnownService } from './versions.ts';

/** Everything in memory that a restart needs and that is not in the spool after `position`. */
export interface IntakeSnapshot {
  /** Sequence number of the last block that is in it. */
  readonly position: number;
  readonly at: Instant;
  readonly plans: readonly PlanSnapshot[];
}

export interface PlanSnapshot {
  readonly name: string;
  /** Version of the plan that the executor ran, when it had one. */
  readonly version?: number;
  readonly executor?: Uint8Array;
  readonly outbox?: OutboxState;
  /** When the executor last heard anything, where that is not the snapshot's own instant: the plan was only kept. */
  readonly heardUntil?: Instant;
  readonly fieldTypes: readonly (readonly [string, FieldType])[];
  /** Only what products sent fixed the types; absent in snapshots from before, when Watchbill's own events did too. */
  readonly typesAreSent?: true;
  /** Absent in snapshots from before versions were noticed. */
  readonly versions?: readonly KnownService[];
  /** Absent in snapshots from before points were read. */
  readonly series?: readonly FedSeries[];
  /** Absent in snapshots from before there were probes. */
  readonly looks?: readonly KnownLook[];
  /** Absent in snapshots from before looks were confirmed. */
  readonly heardRuns?: readonly KeptRun[];
  /** Absent in snapshots from before jobs checked in. */
  readonly heartbeats?: readonly KeptHeartbeat[];
  readonly factsUpTo: number;
}

/** On disk: length of the JSON head u32, the head, the executors' bytes one after another, CRC-32 of all of it u32. */
export function encodeSnapshot(snapshot: IntakeSnapshot): Uint8Array {
  const head = Buffer.from(
    JSON.stringify({
      ...snapshot,
      plans: snapshot.plans.map(({ executor, ...plan }) => ({ ...plan, executorBytes: executor?.length })),
    }),
  );
  const length = Buffer.alloc(4);
  length.writeUInt32LE(head.length);
  const body = Buffer.concat([length, head, ...snapshot.plans.flatMap((plan) => plan.executor ?? [])]);
  const checksum = Buffer.alloc(4);
  checksum.writeUInt32LE(crc32(body));
  return Buffer.concat([body, checksum]);
}

/** Undefined when the bytes are no whole snapshot. */
export function decodeSnapshot(bytes: Uint8Array): IntakeSnapshot | undefined {
  try {
    return readSnapshot(bytes);
  } catch {
    // What has a right checksum may still be another program's.
    return undefined;
  }
}

function readSnapshot(bytes: Uint8Array): IntakeSnapshot | undefined {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (buffer.length < 8) return undefined;
  const body = buffer.subarray(0, -4);
  if (crc32(body) !== buffer.readUInt32LE(buffer.length - 4)) return undefined;
  let offset = 4 + body.readUInt32LE(0);
  const head = JSON.parse(body.toString('utf8', 4, offset)) as Omit<IntakeSnapshot, 'plans'> & {
    readonly plans: readonly (Omit<PlanSnapshot, 'executor'> & { readonly executorBytes?: number })[];
  };
  if (!Number.isSafeInteger(head.position) || !Number.isFinite(head.at)) return undefined;
  const plans = head.plans.map(({ executorBytes, ...plan }): PlanSnapshot => {
    if (executorBytes === undefined) return plan;
    const executor = new Uint8Array(body.subarray(offset, offset + executorBytes));
    offset += executorBytes;
    return { ...plan, executor };
  });
  return { ...head, plans };
}

const NAME = /^\d{16}\.snapshot$/;

/** The last two snapshots beside the spool: the older one stays until the newer is on disk. */
export class SnapshotStore {
  readonly #disk: Disk;
  readonly #folder: string;
  readonly #log: (message: string) => void;
  readonly #positions: number[] = [];
  #next = 1;

  constructor(disk: Disk, folder: string, log: (message: string) => void) {
    this.#disk = disk;
    this.#folder = folder;
    this.#log = log;
  }

  /** The newest whole snapshot. */
  async load(): Promise<IntakeSnapshot | undefined> {
    const names = (await this.#disk.list(this.#folder)).filter((name) => NAME.test(name));
    const found: IntakeSnapshot[] = [];
    for (const name of names) {
      this.#next = Math.max(this.#next, Number(name.slice(0, 16)) + 1);
      const bytes = await this.#disk.read(`${this.#folder}/${name}`);
      const snapshot = bytes === undefined ? undefined : decodeSnapshot(bytes);
      if (snapshot === undefined) this.#log(`The snapshot ${name} cannot be read and is passed over.`);
      else {
        found.push(snapshot);
        this.#positions.push(snapshot.position);
      }
    }
    return found.at(-1);
  }

  async save(snapshot: IntakeSnapshot): Promise<void> {
    const number = this.#next++;
    await this.#disk.replace(`${this.#folder}/${fileName(number)}`, encodeSnapshot(snapshot));
    this.#positions.push(snapshot.position);
    while (this.#positions.length > 2) this.#positions.shift();
    for (const name of await this.#disk.list(this.#folder)) {
      if (NAME.test(name) && Number(name.slice(0, 16)) <= number - 2)
        await this.#disk.remove(`${this.#folder}/${name}`);
    }
  }

  /** Blocks up to here are in both of the last two snapshots; 0 while there are fewer than two. */
  get safePosition(): number {
    return this.#positions.length < 2 ? 0 : Math.min(...this.#positions);
  }
}

function fileName(number: number): string {
  return `${String(number).padStart(16, '0')}.snapshot`;
}
