import type { DurationMs, Instant } from '#kernel/instant.ts';
import { limits } from '#kernel/limits.ts';
import type { FieldValue, Measure, Predicate, Source } from '#plan/model.ts';
import { type GroupKey, UNGROUPED } from '#plan/reading.ts';
import { groupKeyOf } from '../groups.ts';
import { KeyBook } from './key-book.ts';
import { hashWithin } from './key-groups.ts';
import { KeyRoom } from './key-room.ts';
import { boundaryOf } from './key-times.ts';

/** What a measure of keys asks a store for: all events of its sources that were received before `to`. */
export interface KeysWanted {
  readonly measure: Measure;
  readonly to: Instant;
  /** Partners first: of a key that has one, nobody asks what it is. */
  readonly sides: readonly KeySide[];
  /** More came meanwhile than is noted: a store is to be asked for a later time. */
  readonly isOver: boolean;
}

/** The events of one source, from those on that were received at `from`. */
export interface KeySide {
  readonly isPartner: boolean;
  readonly source: Source;
  readonly where?: Predicate;
  readonly field: string;
  readonly by: readonly string[];
  readonly from: Instant;
  /**
   * Of `missing`: events of one key that were received within one such piece are told as one row, whose times say as much as each of
   * them. Two of them are never further apart than the window.
   */
  readonly pieceMs: DurationMs;
}

/** What a store knows of one key in one piece of time, or of one event where the source takes each value once. */
export interface KeyRow {
  readonly hash: number;
  readonly value: FieldValue;
  /** Of its events, in the order in which they are to be heard; of `missing` those of the first that came, the earliest and the latest. */
  readonly times: readonly Instant[];
  /** The values of the fields that the measure is split by. */
  readonly by: readonly (FieldValue | undefined)[];
  /** When the first of them was received. */
  readonly at: Instant;
  readonly once?: { readonly hash: number };
  /** False of an event that only says that its value of `once per` was there. */
  readonly isCounted: boolean;
}

/** Which events say something of keys that are in the window just before `to` or later. */
export function keySides(measure: Measure, to: Instant, sourceOf: (name: string) => Source): readonly KeySide[] {
  const { times } = new KeyBook(measure, new KeyRoom());
  const boundary = boundaryOf(times, to - 1);
  const { windowMs } = times;
  const fromOf = (source: Source, from: Instant): Instant =>
    from - (source.oncePer === undefined ? 0 : limits.oncePerMs);
  const { partner, where, field = '', by } = measure;
  const source = sourceOf(measure.source);
  // What came a window before the window may be why a key in it is no new one.
  const backMs = measure.function === 'missing' ? 2 * windowMs : windowMs;
  const own: KeySide = {
    isPartner: false,
    source,
    ...(where !== undefined && { where }),
    field,
    by,
    from: fromOf(source, boundary - backMs),
    pieceMs: Math.max(1, windowMs - limits.lateMs),
  };
  if (partner === undefined) return [own];
  const other = sourceOf(partner.source);
  return [
    {
      isPartner: true,
      source: other,
      field: partner.field,
      by: [],
      from: fromOf(other, boundary - windowMs - limits.partnerBeforeMs),
      pieceMs: windowMs,
    },
    own,
  ];
}

/**
 * What a store tells of the time before an executor listened, as the executor's own window would have known it: rows are taken in the order
 * in which their events were received, and what means nothing any more is forgotten on the way.
 */
export class KeyRecall {
  readonly to: Instant;
  readonly book: KeyBook;
  /** By place: the group that the latest event wants. */
  readonly wantedGroups: GroupKey[] = [];
  /** Of a source that takes each value once, when the first event with a value was received: of the keys' and of the partners'. */
  readonly onceOwn: Map<number, Instant> = new Map();
  readonly oncePartner: Map<number, Instant> = new Map();
  /** When the last key that found no place will have lost its meaning; 0 when all have one. */
  crowdedUntil: Instant = 0;
  /** More was told than is taken in: it says nothing. */
  isTooMuch = false;
  private rows = 0;

  constructor({ measure, to }: Pick<KeysWanted, 'measure' | 'to'>) {
    this.to = to;
    this.book = new KeyBook(measure, new KeyRoom());
  }

  /** Takes rows of one side; what they tell comes after all that was taken of it before. */
  take(side: KeySide, rows: readonly KeyRow[]): void {
    this.rows += rows.length;
    if (this.rows > limits.keyRowsRecalled) this.isTooMuch = true;
    if (this.isTooMuch) return;
    for (const row of rows) {
      if (!this.admits(side, row) || !row.isCounted) continue;
      this.hear(side, row);
    }
  }

  /** All that was received before an instant was told of all sides. */
  pass(at: Instant): void {
    const { book } = this;
    const { table } = book;
    const boundary = boundaryOf(book.times, at);
    for (let place = 0; place < table.end; place++) {
      if (table.holds(place) && book.isOver(place, boundary)) table.forget(place);
    }
    if (this.crowdedUntil <= at) this.crowdedUntil = 0;
    for (const firstAt of [this.onceOwn, this.oncePartner]) {
      for (const [hash, first] of firstAt) {
        if (first + limits.oncePerMs > at) break;
        firstAt.delete(hash);
      }
    }
  }

  private hear({ isPartner, by }: KeySide, row: KeyRow): void {
    const { book } = this;
    const group = by.length === 0 ? UNGROUPED : groupKeyOf(row.by);
    const hash = by.length === 0 ? row.hash : placeHash(book, group, row.hash);
    const known = book.table.find(hash);
    if (known === undefined && book.isFull) {
      this.crowdedUntil = row.at + book.times.keptMs + book.times.stepMs;
      return;
    }
    const place = known ?? book.table.add(hash);
    for (const time of row.times) {
      if (isPartner) book.hearPartner(place, time);
      else book.hear(place, time, row.value);
    }
    const starts = boundaryOf(book.times, row.at) - book.times.windowMs;
    if (!isPartner && Math.max(...row.times) >= starts) this.wantedGroups[place] = group;
  }

  /** Whether it is the first with its value of `once per`. */
  private admits({ isPartner }: KeySide, { once, at }: KeyRow): boolean {
    if (once === undefined) return true;
    const firstAt = isPartner ? this.oncePartner : this.onceOwn;
    const first = firstAt.get(once.hash);
    if (first !== undefined) {
      if (at - first < limits.oncePerMs) return false;
      firstAt.delete(once.hash);
    }
    firstAt.set(once.hash, at);
    return true;
  }
}

/** Where a key of a group is kept: of `duplicates` each group has keys of its own, of `missing` a key is in the group of its latest event. */
export function placeHash(book: KeyBook, group: GroupKey, hash: number): number {
  return book.isMissing || group === UNGROUPED ? hash : hashWithin(group, hash);
}
