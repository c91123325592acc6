import type { Instant } from '#kernel/instant.ts';
import { limits } from '#kernel/limits.ts';
import type { FieldValue, Measure } from '#plan/model.ts';
import type { KeyRoom } from './key-room.ts';
import { KeyTable } from './key-table.ts';
import { type KeyTimes, keyTimes } from './key-times.ts';

const NEVER = Number.NEGATIVE_INFINITY;

/** What is known of each key, by the events that came, in the order in which they came. */
export class KeyBook {
  readonly times: KeyTimes;
  readonly isMissing: boolean;
  readonly table: KeyTable;
  private room: KeyRoom;

  constructor(measure: Measure, room: KeyRoom) {
    this.times = keyTimes(measure);
    this.isMissing = measure.function === 'missing';
    this.room = room;
    this.table = new KeyTable(room);
  }

  get isFull(): boolean {
    return this.table.size >= limits.keysPerMeasure || this.room.isFull;
  }

  /** Takes its keys to a room, as far as there is place for them; whether there was for all. */
  enter(room: KeyRoom): boolean {
    this.room = room;
    return this.table.moveTo(room);
  }

  /** Whether nothing that is known of a key means anything at a boundary and later. */
  isOver(place: number, boundary: Instant): boolean {
    // A key that came again may belong to what came before it for so much longer than the window: events may be late.
    const lateMs = this.isMissing ? 0 : limits.lateMs;
    return this.table.latest(place) < boundary - this.times.keptMs - lateMs;
  }

  hear(place: number, time: Instant, value: FieldValue | undefined): void {
    const { last, since, texts } = this.table;
    const before = last[place] as number;
    if (this.isMissing) {
      const isNew = time > before + this.times.windowMs;
      since[place] = isNew ? time : Math.min(since[place] as number, time);
      last[place] = Math.max(before, time);
      if (!this.hasPartnerForLong(place)) texts[place] ??= keyText(value);
      return;
    }
    if (time >= before) {
      since[place] = before;
      last[place] = time;
    } else since[place] = Math.max(since[place] as number, time);
    if (before !== NEVER) texts[place] ??= keyText(value);
  }

  hearPartner(place: number, time: Instant): void {
    const { partner, texts } = this.table;
    partner[place] = Math.max(partner[place] as number, time);
    // It will be there for longer than what is known of the key.
    texts[place] = undefined;
  }

  /** Whether the key leaves the window before its partner is forgotten: then nobody will ask what it is. */
  private hasPartnerForLong(place: number): boolean {
    return (this.table.partner[place] as number) + limits.partnerBeforeMs >= (this.table.last[place] as number);
  }
}

/**
 * The beginning of a value, as a text of its own: engines let a piece of a text hold on to the whole of it, here a value of 8 KB or the body
 * that it came in. Put together with another it is written anew, and what is cut off then is all that the piece holds on to.
 */
export function keyText(value: FieldValue | undefined): string {
  return ` ${String(value ?? '').slice(0, limits.keyCharacters)}`.slice(1);
}
