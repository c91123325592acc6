import type { Instant } from '#kernel/instant.ts';
import type { KeyGroup } from './key-groups.ts';
import type { KeyRoom } from './key-room.ts';

const FIRST_SLOTS = 64;
const NEVER = Number.NEGATIVE_INFINITY;

/**
 * Keys by their 53-bit hash, each once, with what is known of it in columns of numbers: a hundred thousand of them are looked through in a
 * fraction of a millisecond. A place is given to another key when its own is forgotten.
 */
export class KeyTable {
  /** By place; NaN where there is no key. */
  hash: Float64Array = new Float64Array(FIRST_SLOTS).fill(Number.NaN);
  /** The latest event of the key; −Infinity before the first. */
  last: Float64Array = new Float64Array(FIRST_SLOTS);
  /** For `duplicates` the event before the latest, for `missing` the first one of those that belong together. */
  since: Float64Array = new Float64Array(FIRST_SLOTS);
  /** The latest event of the partner. */
  partner: Float64Array = new Float64Array(FIRST_SLOTS);
  /** What the owner remembers of the key. */
  marks: Uint8Array = new Uint8Array(FIRST_SLOTS);
  /** The key as people read it, where it may be needed. */
  readonly texts: (string | undefined)[] = [];
  /** The group that its latest event put it in; absent where nothing of it was in the window yet, and empty where nothing is split. */
  readonly groups: (KeyGroup | undefined)[] = [];
  /** Places in use lie below. */
  end = 0;
  private readonly places = new Map<number, number>();
  private readonly free: number[] = [];
  private room: KeyRoom;

  constructor(room: KeyRoom) {
    this.room = room;
  }

  get size(): number {
    return this.places.size;
  }

  /** The place of a key; undefined when it is not there. */
  find(hash: number): number | undefined {
    return this.places.get(hash);
  }

  /** The place of a key that was not there. */
  add(hash: number): number {
    const place = this.free.pop() ?? this.end++;
    if (place === this.hash.length) this.grow();
    this.hash[place] = hash;
    this.last[place] = NEVER;
    this.since[place] = NEVER;
    this.partner[place] = NEVER;
    this.marks[place] = 0;
    this.texts[place] = undefined;
    if (place < this.groups.length) this.groups[place] = undefined;
    this.places.set(hash, place);
    this.room.take();
    return place;
  }

  forget(place: number): void {
    this.places.delete(this.hash[place] as number);
    this.room.leave();
    this.hash[place] = Number.NaN;
    this.texts[place] = undefined;
    if (place < this.groups.length) this.groups[place] = undefined;
    this.free.push(place);
    if (this.places.size > 0) return;
    this.end = 0;
    this.free.length = 0;
  }

  /** Takes its keys to another room, as far as there is place for them; whether there was for all. */
  moveTo(room: KeyRoom): boolean {
    let isWhole = true;
    const before = this.room;
    this.room = room;
    for (let place = 0; place < this.end; place++) {
      if (!this.holds(place)) continue;
      before.leave();
      room.take();
      if (!room.isOver) continue;
      this.forget(place);
      isWhole = false;
    }
    return isWhole;
  }

  /** Lets go of all keys. */
  clear(): void {
    for (let place = 0; place < this.end; place++) if (this.holds(place)) this.forget(place);
  }

  holds(place: number): boolean {
    return !Number.isNaN(this.hash[place] as number);
  }

  /** The latest that is known of a key. */
  latest(place: number): Instant {
    return Math.max(this.last[place] as number, this.partner[place] as number);
  }

  private grow(): void {
    const length = this.hash.length * 2;
    const grown = (column: Float64Array, rest: number): Float64Array => {
      const wider = new Float64Array(length).fill(rest);
      wider.set(column);
      return wider;
    };
    this.hash = grown(this.hash, Number.NaN);
    this.last = grown(this.last, NEVER);
    this.since = grown(this.since, NEVER);
    this.partner = grown(this.partner, NEVER);
    const marks = new Uint8Array(length);
    marks.set(this.marks);
    this.marks = marks;
  }
}
