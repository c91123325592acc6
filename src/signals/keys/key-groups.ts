import { hash53 } from '#kernel/hash64.ts';
import { limits } from '#kernel/limits.ts';
import { type GroupKey, UNGROUPED } from '#plan/reading.ts';
import type { MeasuredRows } from '../batch/measured-rows.ts';
import type { GroupFigure } from '../figure-window.ts';
import { groupKeyOf, otherGroup } from '../groups.ts';

const HASHES = 2 ** 53;

/** The keys of one group: how many are in the window, and how many of them count. */
export class KeyGroup implements GroupFigure {
  readonly key: GroupKey;
  covered = 0;
  offending = 0;
  touched = false;

  constructor(key: GroupKey) {
    this.key = key;
  }

  value(): number {
    return this.offending;
  }
}

/** The groups of a measure of keys: those that have a key in the window, as many as a signal may have, and one for all others. */
export class KeyGroups {
  readonly grouped: boolean;
  /** Empty when the measure is not split. */
  readonly all: Map<GroupKey, KeyGroup> = new Map();
  /** Events that went to the group of all others. */
  overflowed = 0;
  /** All keys of a measure that is not split. */
  readonly single: KeyGroup | undefined;
  private readonly by: readonly string[];
  private readonly other: GroupKey;

  constructor(by: readonly string[]) {
    this.by = by;
    this.grouped = by.length > 0;
    this.other = otherGroup(by);
    this.single = this.grouped ? undefined : new KeyGroup(UNGROUPED);
  }

  /** The group that a row wants to be in. */
  wanted(run: MeasuredRows, row: number): GroupKey {
    return groupKeyOf(this.by.map((field) => run.columns.of(field).values()[row]));
  }

  /** The group that has this key, or room for it. */
  of(wanted: GroupKey): KeyGroup {
    if (this.single !== undefined) return this.single;
    const known = this.all.get(wanted);
    if (known !== undefined) return known;
    const own = this.all.size - (this.all.has(this.other) ? 1 : 0);
    if (wanted === this.other || own < limits.groupsPerSignal) return this.make(wanted);
    this.overflowed++;
    return this.all.get(this.other) ?? this.make(this.other);
  }

  /** A group as it was, however many there are. */
  restored(key: GroupKey): KeyGroup {
    return this.single ?? this.all.get(key) ?? this.make(key);
  }

  /** Takes a group out that has no key in the window any more. */
  dropIfEmpty(group: KeyGroup): void {
    if (group.covered === 0 && this.all.get(group.key) === group) this.all.delete(group.key);
  }

  private make(key: GroupKey): KeyGroup {
    const group = new KeyGroup(key);
    this.all.set(key, group);
    return group;
  }
}

/** A key within a group: both hashes put together, as exact as they are. */
export function hashWithin(group: GroupKey, hash: number): number {
  const sum = hash - (HASHES - hash53(group));
  return sum < 0 ? sum + HASHES : sum;
}
