import { assert } from '#kernel/assert.ts';
import type { DurationMs, Instant } from '#kernel/instant.ts';
import { keyedHash64Into } from '#kernel/keyed-hash.ts';
import type { Disk, Random } from '#kernel/ports.ts';
import { eventIdKey, loadInstallationKey } from './installation-key.ts';

/** Beside the spool; whoever has it can make ids of events that are taken for each other. */
const KEY_PATH = 'event-id-key';

/**
 * Event ids of the last `windowMs`, and up to twice that, in two generations. When one generation is full before its time the
 * older one is forgotten early: `shortenedAt` says that it happened, and requests are still recognised as a whole.
 *
 * Ids are held as 64-bit hashes with a key of the data folder and the plan, so that nobody can send an id that is taken for another's, in 11 to 22 bytes each: with 12 million in each generation the chance that any new one of
 * ten minutes is taken for another is 1 in 60,000.
 */
export class EventIds {
  readonly #windowMs: DurationMs;
  readonly #capacity: number;
  #current = new HashSet();
  #previous = new HashSet();
  #turnedAt: Instant | undefined;
  /** When ids were last forgotten before their time. */
  shortenedAt: Instant | undefined;
  #secret: Uint8Array | undefined;
  readonly #keys = new Map<string, Uint32Array>();

  constructor(windowMs: DurationMs, capacity: number) {
    this.#windowMs = windowMs;
    this.#capacity = capacity;
  }

  /** Reads the key of the data folder, or makes it; to be called before anything is recalled or taken in. */
  async load(disk: Disk, random: Random): Promise<void> {
    this.#secret = await loadInstallationKey(disk, random, KEY_PATH);
    this.#keys.clear();
  }

  /** What the ids take in memory. */
  get bytes(): number {
    return this.#current.bytes + this.#previous.bytes;
  }

  has(plan: string, id: string): boolean {
    this.hash(plan, id, hash);
    return this.#current.has(hash) || this.#previous.has(hash);
  }

  add(plan: string, id: string, now: Instant): void {
    this.hash(plan, id, hash);
    this.addHash(hash, now);
  }

  /** The same of an id of which only its hash is known. */
  addHash(key: Uint32Array, now: Instant): void {
    this.#turnedAt ??= now;
    const full = this.#current.size >= this.#capacity;
    if (full || now - this.#turnedAt > this.#windowMs) {
      if (full && now - this.#turnedAt <= this.#windowMs) this.shortenedAt = now;
      this.#previous = this.#current;
      this.#current = new HashSet();
      this.#turnedAt = now;
    }
    this.#current.add(key);
  }

  /** Puts into `into` what an id of a plan is remembered as: the halves of a hash of 64 bits. */
  hash(plan: string, id: string, into: Uint32Array): void {
    let key = this.#keys.get(plan);
    if (key === undefined) {
      assert(this.#secret !== undefined, 'The key is loaded before anything is taken in.');
      key = eventIdKey(this.#secret, plan);
      this.#keys.set(plan, key);
    }
    keyedHash64Into(id, key, into);
  }
}

/** Scratch: the halves of the hash that is looked at. */
const hash = new Uint32Array(2);

const TABLE_BITS = 10;
const FIRST_SLOTS = 16;

/**
 * A set of 64-bit hashes, with open addressing in 1,024 tables that grow each by itself: making a single one anew would stop everything for
 * as long as its millions of entries take.
 */
class HashSet {
  readonly #tables: (Uint32Array | undefined)[] = new Array<Uint32Array | undefined>(1 << TABLE_BITS).fill(undefined);
  readonly #sizes = new Uint32Array(1 << TABLE_BITS);
  size = 0;
  bytes = 0;

  has(key: Uint32Array): boolean {
    const table = this.#tables[tableOf(key)];
    return table !== undefined && table[2 * slotOf(table, key) + 1] === marked(key[1] as number);
  }

  add(key: Uint32Array): void {
    const number = tableOf(key);
    let table = this.#tables[number];
    if (table === undefined || (this.#sizes[number] as number) * 8 >= table.length * 3) table = this.#grow(number);
    const slot = slotOf(table, key);
    if (table[2 * slot + 1] !== 0) return;
    table[2 * slot] = key[0] as number;
    table[2 * slot + 1] = marked(key[1] as number);
    this.#sizes[number] = (this.#sizes[number] as number) + 1;
    this.size += 1;
  }

  #grow(number: number): Uint32Array {
    const before = this.#tables[number];
    const table = new Uint32Array(before === undefined ? 2 * FIRST_SLOTS : before.length * 2);
    const entry = new Uint32Array(2);
    for (let slot = 0; before !== undefined && slot < before.length; slot += 2) {
      entry[0] = before[slot] as number;
      entry[1] = before[slot + 1] as number;
      if (entry[1] === 0) continue;
      const place = 2 * slotOf(table, entry);
      table[place] = entry[0];
      table[place + 1] = entry[1];
    }
    this.bytes += table.byteLength - (before?.byteLength ?? 0);
    this.#tables[number] = table;
    return table;
  }
}

function tableOf(key: Uint32Array): number {
  return (key[0] as number) >>> (32 - TABLE_BITS);
}

/** 0 marks a slot as free, so a half that is 0 counts as 1. */
function marked(half: number): number {
  return half === 0 ? 1 : half;
}

/** The slot that holds the key, or the free one in which it would be. A table always has a free slot. */
function slotOf(table: Uint32Array, key: Uint32Array): number {
  const mask = table.length / 2 - 1;
  const upper = key[0] as number;
  const lower = marked(key[1] as number);
  // The upper bits chose the table; the others are as good as any.
  let slot = (upper ^ lower) & mask;
  for (;;) {
    const held = table[2 * slot + 1] as number;
    if (held === 0 || (held === lower && table[2 * slot] === upper)) return slot;
    slot = (slot + 1) & mask;
  }
}
