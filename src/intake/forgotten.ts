import { HOUR_MS, type Instant } from '#kernel/instant.ts';
import { limits } from '#kernel/limits.ts';
import type { Disk } from '#kernel/ports.ts';
import type { EventRecord } from '#signals/record.ts';
import { decodePayload, withRecords } from './payload.ts';
import { withoutSeries } from './samples/block-samples.ts';
import { WriteQueue } from './write-queue.ts';

/** What stands in place of a forgotten user's name. */
export const FORGOTTEN = '[forgotten]';

/** A user who is to be found nowhere any more, under every form that they were kept in. */
interface ForgottenUser {
  readonly plan: string;
  readonly forms: readonly string[];
  /** What was received later is of somebody who came again. */
  readonly at: Instant;
}

/** What is on its way to the telemetry store. */
interface Loadable {
  readonly plan: string;
  readonly receivedAt: Instant;
  readonly payload: Uint8Array;
}

const PATH = 'forgotten.json';
/** Longer than anything lies in a segment before that is sealed, also on a disk that hangs. */
const MARGIN_MS = HOUR_MS;

/**
 * Users who were forgotten while the spool may still hold events of them, or series with them in a label: these are left out when it is
 * loaded. An entry goes when no block that is as old waits any more.
 */
export class Forgotten {
  readonly #disk: Disk;
  /** Each change is of the list that the one before has left. */
  readonly #changes = new WriteQueue();
  #users: readonly ForgottenUser[] = [];

  constructor(disk: Disk) {
    this.#disk = disk;
  }

  /** What an earlier run left; to be called before anything is loaded. */
  async load(): Promise<void> {
    const bytes = await this.#disk.read(PATH);
    if (bytes !== undefined) this.#users = JSON.parse(new TextDecoder().decode(bytes)) as readonly ForgottenUser[];
  }

  /** Resolves once it is on disk, so that no restart loads what is to be forgotten. */
  async add(user: ForgottenUser): Promise<void> {
    await this.#changes.run(async () => {
      if (this.#users.length >= limits.forgottenUsers) throw new Error('Too many users wait to be forgotten.');
      await this.#keep([...this.#users, user]);
    });
  }

  /** Forgets entries that nothing waiting is as old as: all that waits was received at this instant or, within one segment, soon before. */
  async sweep(oldestWaitingAt: Instant): Promise<void> {
    await this.#changes.run(async () => {
      const users = this.#users.filter(({ at }) => oldestWaitingAt - at <= MARGIN_MS);
      if (users.length < this.#users.length) await this.#keep(users);
    });
  }

  /** A block without what is to be forgotten; the same object when that is nothing. */
  apply<Block extends Loadable>(block: Block): Block {
    const forms = new Set(
      this.#users.filter(({ plan, at }) => plan === block.plan && block.receivedAt <= at).flatMap((user) => user.forms),
    );
    if (forms.size === 0) return block;
    const payload = withoutSeries(block.payload, forms);
    const records = decodePayload(payload);
    const kept = records.flatMap((record) => withoutUser(record, forms));
    const isSame = kept.length === records.length && kept.every((record, index) => record === records[index]);
    if (isSame) return payload === block.payload ? block : { ...block, payload };
    return { ...block, payload: withRecords(payload, kept) };
  }

  async #keep(users: readonly ForgottenUser[]): Promise<void> {
    await this.#disk.replace(PATH, new TextEncoder().encode(JSON.stringify(users)));
    this.#users = users;
  }
}

function withoutUser(record: EventRecord, forms: ReadonlySet<string>): readonly EventRecord[] {
  if (record.user !== undefined && forms.has(record.user)) return [];
  const named = Object.entries(record.attributes).filter(([, value]) => typeof value === 'string' && forms.has(value));
  if (named.length === 0) return [record];
  const attributes = Object.assign(Object.create(null), record.attributes) as Record<string, string | number | boolean>;
  for (const [field] of named) attributes[field] = FORGOTTEN;
  return [{ ...record, attributes }];
}
