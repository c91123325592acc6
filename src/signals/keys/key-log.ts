import type { Instant } from '#kernel/instant.ts';
import { limits } from '#kernel/limits.ts';
import type { FieldValue } from '#plan/model.ts';
import type { GroupKey } from '#plan/reading.ts';
import { keyText } from './key-book.ts';
import type { KeyRoom } from './key-room.ts';

/** What one event said, as its arrival was heard. */
export interface LoggedKey {
  readonly isPartner: boolean;
  readonly hash: number;
  readonly time: Instant;
  /** When it arrived. */
  readonly at: Instant;
  readonly value: FieldValue | undefined;
  readonly group: GroupKey;
  /** The hash of its value of `once per`, where its source has one and it has that field. */
  readonly once: number | undefined;
}

/** What came since the instant up to which a store is asked, in the order of arrival. */
export class KeyLog {
  /** Only what came later is noted: the store has all that came at this instant. */
  readonly after: Instant;
  readonly entries: LoggedKey[] = [];
  /** More came than is noted: the store has to be asked for a later time. */
  isOver = false;
  private readonly room: KeyRoom;
  /** Each group once: many entries name the same. */
  private readonly groups = new Map<GroupKey, GroupKey>();

  constructor(after: Instant, room: KeyRoom) {
    this.after = after;
    this.room = room;
  }

  note(entry: LoggedKey): void {
    if (this.isOver || entry.at <= this.after) return;
    const group = this.groups.get(entry.group) ?? entry.group;
    this.groups.set(group, group);
    const isFull = this.entries.length >= limits.keysPerMeasure || this.groups.size > limits.groupsNoted;
    if (isFull || this.room.isFullOfNotes) {
      this.end();
      this.isOver = true;
      return;
    }
    this.entries.push({ ...entry, value: entry.value === undefined ? undefined : keyText(entry.value), group });
    this.room.notes += 1;
  }

  /** Nothing that was noted is needed any more. */
  end(): void {
    this.room.notes -= this.entries.length;
    this.entries.length = 0;
    this.groups.clear();
  }
}
