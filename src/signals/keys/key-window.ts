import { assert } from '#kernel/assert.ts';
import type { DurationMs, Instant } from '#kernel/instant.ts';
import { limits } from '#kernel/limits.ts';
import type { Measure, Source } from '#plan/model.ts';
import { type GroupKey, type NoDataReason, UNGROUPED } from '#plan/reading.ts';
import type { MeasuredRows } from '../batch/measured-rows.ts';
import type { FigureWindow, GroupFigure, OffendingKeys, RowsTaker } from '../figure-window.ts';
import type { NumberReader, NumberWriter } from '../snapshot-format.ts';
import { KeyBook } from './key-book.ts';
import { type KeyGroup, KeyGroups } from './key-groups.ts';
import { KeyLog, type LoggedKey } from './key-log.ts';
import { type KeyRecall, type KeysWanted, keySides, placeHash } from './key-recall.ts';
import type { KeyRoom } from './key-room.ts';
import { boundaryAfter, boundaryFrom, boundaryOf, type KeyTimes } from './key-times.ts';
import { worstKeys } from './worst-keys.ts';

const NEVER = Number.NEGATIVE_INFINITY;
/** Marks of a key: its latest event is in the window; it counts. */
const COVERED = 1;
const OFFENDS = 2;

/** Reads the value of `once per` of a row, as its hash; undefined where the source has none or the event lacks it. */
export type OnceReader = (run: MeasuredRows, row: number) => number | undefined;

/**
 * `duplicates` and `missing`: how many values of a field came in more than one event, or have no event of another source that holds them (see
 * `KeyTimes`), in each group. A key is kept once, whatever comes of it; beyond `limits.keysPerMeasure` keys, or
 * `limits.keysPerPlan` of all such measures, the figure is withheld until all that was not
 * taken in has lost its meaning. What was before it listened, a store may tell.
 */
export class KeyWindow implements FigureWindow {
  readonly measure: Measure;
  readonly id: number;
  queued = false;
  readonly zeroWhenEmpty = true;
  readonly grouped: boolean;
  readonly touchedGroups: KeyGroup[] = [];
  readonly keptMs: DurationMs;
  refillingUntil: Instant = 0;
  due: Instant = Number.POSITIVE_INFINITY;
  touched = false;
  allTouched = false;
  /** Takes the events whose values are counted. */
  readonly ofKeys: RowsTaker = { addAll: (run, now) => this.take(run, now, false) };
  /** Takes the events that the others are held against. */
  readonly ofPartners: RowsTaker = { addAll: (run, now) => this.take(run, now, true) };
  /** How to tell repetitions of the keys' and of the partners' source; set by who knows the sources. */
  onceOfKeys: OnceReader | undefined;
  onceOfPartners: OnceReader | undefined;
  private readonly times: KeyTimes;
  private readonly isMissing: boolean;
  private book: KeyBook;
  private readonly room: KeyRoom;
  private readonly keyGroups: KeyGroups;
  private boundary: Instant;
  /** `wanted`: a store is asked for what was before. */
  private history: 'own' | 'wanted' | 'known' = 'own';
  /** What came while a store is asked. */
  private log: KeyLog | undefined;
  /** When the last key that found no place will have lost its meaning; 0 when all have one. */
  private crowdedUntil: Instant = 0;
  /** The boundary at which keys were last forgotten to make room. */
  private clearedAt: Instant = NEVER;

  constructor(measure: Measure, id: number, now: Instant, room: KeyRoom) {
    this.room = room;
    this.book = new KeyBook(measure, room);
    this.measure = measure;
    this.id = id;
    this.times = this.book.times;
    this.keptMs = this.times.keptMs;
    this.isMissing = this.book.isMissing;
    this.keyGroups = new KeyGroups(measure.by);
    this.grouped = this.keyGroups.grouped;
    this.boundary = boundaryOf(this.times, now);
  }

  get groups(): ReadonlyMap<GroupKey, GroupFigure> {
    return this.keyGroups.all;
  }

  get overflowed(): number {
    return this.keyGroups.overflowed;
  }

  get withheld(): NoDataReason | undefined {
    return this.crowdedUntil > 0 ? 'too-many-keys' : undefined;
  }

  /** What was heard counts, whatever came before. */
  least(key: GroupKey): number | undefined {
    return this.refillingUntil > 0 ? (this.groupOf(key)?.offending ?? 0) : undefined;
  }

  covered(key: GroupKey): GroupFigure | undefined {
    const group = this.groupOf(key);
    return group !== undefined && group.covered > 0 ? group : undefined;
  }

  pass(now: Instant): void {
    if (this.refillingUntil > 0 && now >= this.refillingUntil) this.endRefilling();
    if (this.crowdedUntil > 0 && now >= this.crowdedUntil) {
      this.crowdedUntil = 0;
      this.touchAll();
    }
    this.boundary = boundaryOf(this.times, now);
    this.lookAtAll();
    assert(this.due > now, 'a window that has passed a boundary waits for a later one');
  }

  touchAll(): void {
    this.touched = true;
    this.allTouched = true;
  }

  clearTouched(): void {
    for (const group of this.touchedGroups) group.touched = false;
    this.touchedGroups.length = 0;
    this.touched = false;
    this.allTouched = false;
  }

  /** Until the first boundary at which all that counts came after `now`. */
  beginRefilling(now: Instant): void {
    this.refillingUntil = boundaryAfter(this.times, now + this.keptMs);
    this.due = Math.min(this.due, this.refillingUntil);
  }

  /** Nothing that came before would matter. */
  lacksNothing(): void {
    this.history = 'known';
  }

  /** Unless it knows its past already, a store tells of all that came up to `now`; what comes later is noted until it does. */
  awaitHistory(now: Instant): void {
    if (this.history === 'known') return;
    this.history = 'wanted';
    this.log?.end();
    this.log = new KeyLog(now, this.room);
    if (this.refillingUntil > 0) return;
    this.beginRefilling(now);
    this.lookAtAll();
    this.touchAll();
  }

  historyWanted(sourceOf: (name: string) => Source): KeysWanted | undefined {
    if (this.log === undefined) return undefined;
    const to = this.log.after + 1;
    return { measure: this.measure, to, sides: keySides(this.measure, to, sourceOf), isOver: this.log.isOver };
  }

  /** Takes over what a store told; whether that is what it waits for. */
  fill(recall: KeyRecall, now: Instant): boolean {
    const { log } = this;
    if (log === undefined || log.isOver || recall.to !== log.after + 1) return false;
    this.boundary = boundaryOf(this.times, now);
    if (recall.isTooMuch) {
      // Its own past is complete once it has listened for long enough.
      this.history = 'known';
      this.endLog();
      return false;
    }
    this.book.table.clear();
    for (const group of this.keyGroups.all.values()) this.empty(group);
    if (this.keyGroups.single !== undefined) this.empty(this.keyGroups.single);
    this.book = recall.book;
    this.crowdedUntil = recall.crowdedUntil > now ? recall.crowdedUntil : 0;
    if (!this.book.enter(this.room)) this.crowdedUntil = now + this.keptMs + this.times.stepMs;
    const { table } = this.book;
    for (let place = 0; place < table.end; place++) {
      if (!table.holds(place)) continue;
      table.marks[place] = 0;
      if ((table.last[place] as number) >= this.boundary - this.times.windowMs) {
        table.groups[place] = this.keyGroups.of(recall.wantedGroups[place] ?? UNGROUPED);
      }
    }
    for (const entry of log.entries) {
      if (!isRepeated(entry, recall)) this.hear(entry);
    }
    this.endRefilling();
    this.lookAtAll();
    return true;
  }

  /** Missing ones that have waited longest come first, of duplicates those that came last. */
  offending(key: GroupKey): OffendingKeys | undefined {
    const group = this.groupOf(key);
    if (group === undefined || group.offending === 0 || this.withheld !== undefined) return undefined;
    const { table } = this.book;
    const { isMissing, grouped } = this;
    const keys = worstKeys({
      end: table.end,
      fromStart: isMissing,
      rank: (place) => {
        if (!table.holds(place) || ((table.marks[place] as number) & OFFENDS) === 0) return Number.NaN;
        if (grouped && table.groups[place] !== group) return Number.NaN;
        return isMissing ? (table.since[place] as number) : -(table.last[place] as number);
      },
      text: (place) => table.texts[place] ?? '',
    });
    return { keys, more: group.offending - keys.length };
  }

  write(out: NumberWriter): void {
    const { table } = this.book;
    out.number(this.boundary);
    out.number(this.refillingUntil);
    out.number(this.crowdedUntil);
    out.text(this.history === 'known' ? 'known' : 'own');
    out.number(this.overflowed);
    out.number(table.size);
    for (let place = 0; place < table.end; place++) {
      if (!table.holds(place)) continue;
      out.number(table.hash[place] as number);
      out.number(table.last[place] as number);
      out.number(table.since[place] as number);
      if (this.isMissing) out.number(table.partner[place] as number);
      out.text(table.texts[place] ?? '');
      if (this.grouped) out.text(table.groups[place]?.key ?? '');
    }
  }

  read(from: NumberReader): void {
    const { table } = this.book;
    this.boundary = from.number();
    this.refillingUntil = from.number();
    this.crowdedUntil = from.number();
    this.history = from.text() as 'own' | 'known';
    this.keyGroups.overflowed = from.number();
    for (let left = from.number(); left > 0; left--) {
      const place = table.add(from.number());
      table.last[place] = from.number();
      table.since[place] = from.number();
      if (this.isMissing) table.partner[place] = from.number();
      const text = from.text();
      if (text !== '') table.texts[place] = text;
      const group = this.grouped ? from.text() : '';
      if ((table.last[place] as number) >= this.boundary - this.times.windowMs) {
        table.groups[place] = this.keyGroups.restored(group);
      }
    }
    this.lookAtAll();
  }

  private groupOf(key: GroupKey): KeyGroup | undefined {
    return this.keyGroups.single ?? this.keyGroups.all.get(key);
  }

  private endRefilling(): void {
    this.refillingUntil = 0;
    this.history = 'known';
    this.endLog();
    this.touchAll();
  }

  private endLog(): void {
    this.log?.end();
    this.log = undefined;
  }

  private empty(group: KeyGroup): void {
    group.covered = 0;
    group.offending = 0;
    this.keyGroups.dropIfEmpty(group);
    this.touch(group);
  }

  private take(run: MeasuredRows, now: Instant, isPartner: boolean): void {
    this.boundary = boundaryOf(this.times, now);
    const { rows, count, times, values: hashes } = run;
    const field = isPartner ? this.measure.partner?.field : this.measure.field;
    const values = run.columns.of(field ?? '').values();
    const isSplit = this.grouped && !isPartner;
    const once = this.log === undefined ? undefined : isPartner ? this.onceOfPartners : this.onceOfKeys;
    for (let index = 0; index < count; index++) {
      const row = rows[index] as number;
      const time = Math.min(times[row] as number, now);
      const group = isSplit ? this.keyGroups.wanted(run, row) : UNGROUPED;
      const entry = { isPartner, hash: hashes[row] as number, time, at: now, value: values[row], group };
      this.log?.note({ ...entry, once: once?.(run, row) });
      const place = this.hear(entry);
      if (place !== undefined) this.due = Math.min(this.due, this.look(place));
    }
  }

  /** Takes in what one event says; where its key is kept. */
  private hear({ isPartner, hash, time, at, value, group }: Omit<LoggedKey, 'once'>): number | undefined {
    const place = this.placeOf(placeHash(this.book, group, hash), at);
    if (place === undefined) return undefined;
    if (isPartner) this.book.hearPartner(place, time);
    else {
      if (this.grouped) this.regroup(place, time, group);
      this.book.hear(place, time, value);
    }
    return place;
  }

  /** Puts a key into the group of its latest event; an event that the window does not reach any more is in none. */
  private regroup(place: number, time: Instant, wanted: GroupKey): void {
    const { groups } = this.book.table;
    if (time < this.boundary - this.times.windowMs) return;
    const before = groups[place];
    if (before?.key === wanted && before.covered > 0) return;
    this.mark(place, 0);
    groups[place] = this.keyGroups.of(wanted);
  }

  /** The place of a key, which is made when there is room. */
  private placeOf(hash: number, now: Instant): number | undefined {
    const known = this.book.table.find(hash);
    if (known !== undefined) return known;
    if (this.book.isFull && this.clearedAt !== this.boundary) {
      this.clearedAt = this.boundary;
      this.lookAtAll();
    }
    if (!this.book.isFull) return this.book.table.add(hash);
    this.crowdedUntil = now + this.keptMs + this.times.stepMs;
    this.due = Math.min(this.due, this.crowdedUntil);
    this.touchAll();
    return undefined;
  }

  /** Looks at every key as of the boundary, forgets those that mean nothing any more, and finds the next due instant. */
  private lookAtAll(): void {
    const { book, boundary } = this;
    const { table } = book;
    let due = Number.POSITIVE_INFINITY;
    for (let place = 0; place < table.end; place++) {
      if (!table.holds(place)) continue;
      due = Math.min(due, this.look(place));
      if (book.isOver(place, boundary)) table.forget(place);
    }
    if (this.refillingUntil > 0) due = Math.min(due, this.refillingUntil);
    if (this.crowdedUntil > 0) due = Math.min(due, this.crowdedUntil);
    this.due = due;
  }

  /** Marks what a key is as of the boundary; returns the boundary at which time alone makes it something else. */
  private look(place: number): Instant {
    const { times, boundary } = this;
    const { table } = this.book;
    const last = table.last[place] as number;
    const starts = boundary - times.windowMs;
    let marks = 0;
    let due = Number.POSITIVE_INFINITY;
    if (last >= starts) {
      marks = COVERED;
      due = boundaryAfter(times, last + times.windowMs);
      const since = table.since[place] as number;
      if (!this.isMissing) {
        if (since >= starts) {
          marks |= OFFENDS;
          due = Math.min(due, boundaryAfter(times, since + times.windowMs));
        }
      } else {
        const partnerUntil = (table.partner[place] as number) + limits.partnerBeforeMs;
        const counts = since + times.graceMs;
        if (partnerUntil >= starts) due = Math.min(due, boundaryAfter(times, partnerUntil + times.windowMs));
        else if (counts > boundary) due = Math.min(due, boundaryFrom(times, counts));
        // While the past is incomplete, a partner may have come in it of any key.
        else if (this.refillingUntil === 0) marks |= OFFENDS;
      }
    }
    this.mark(place, marks);
    return due;
  }

  private mark(place: number, marks: number): void {
    const { table } = this.book;
    const before = table.marks[place] as number;
    if (before === marks) return;
    table.marks[place] = marks;
    const group = this.keyGroups.single ?? table.groups[place];
    assert(group !== undefined, 'a key in the window is in a group');
    group.covered += (marks & COVERED) - (before & COVERED);
    group.offending += ((marks & OFFENDS) - (before & OFFENDS)) / OFFENDS;
    if (!this.isMissing && (marks & OFFENDS) === 0) table.texts[place] = undefined;
    if (this.grouped) this.keyGroups.dropIfEmpty(group);
    this.touch(group);
  }

  private touch(group: KeyGroup): void {
    this.touched = true;
    if (!this.grouped || group.touched) return;
    group.touched = true;
    this.touchedGroups.push(group);
  }
}

/** Whether an event only repeats one of the time before, which the executor that heard it could not know. */
function isRepeated({ isPartner, once, at }: LoggedKey, recall: KeyRecall): boolean {
  if (once === undefined) return false;
  const first = (isPartner ? recall.oncePartner : recall.onceOwn).get(once);
  return first !== undefined && at - first < limits.oncePerMs;
}
