import { assert } from '#kernel/assert.ts';
import type { DurationMs, Instant } from '#kernel/instant.ts';
import { limits } from '#kernel/limits.ts';
import type { FieldValue, Measure } from '#plan/model.ts';
import { type GroupKey, type NoDataReason, UNGROUPED } from '#plan/reading.ts';
import type { MeasuredRows } from '../batch/measured-rows.ts';
import type { FigureWindow, GroupFigure, OffendingKeys, RowsTaker } from '../figure-window.ts';
import type { NumberReader, NumberWriter } from '../snapshot-format.ts';
import type { KeyRoom } from './key-room.ts';
import { KeyTable } from './key-table.ts';
import { boundaryAfter, boundaryFrom, boundaryOf, type KeyTimes, keyTimes } from './key-times.ts';

const NEVER = Number.NEGATIVE_INFINITY;
/** Marks of a key: its latest event is in the window; it counts. */
const COVERED = 1;
const OFFENDS = 2;

/**
 * `duplicates` and `missing`: how many values of a field came in more than one event, or have no event of another source that holds them (see
 * `KeyTimes`). A key is kept once, whatever comes of it; beyond `limits.keysPerMeasure` keys, or
 * `limits.keysPerPlan` of all such measures, the figure is withheld until all that was not
 * taken in has lost its meaning.
 */
export class KeyWindow implements FigureWindow {
  readonly measure: Measure;
  readonly id: number;
  queued = false;
  readonly zeroWhenEmpty = true;
  readonly grouped = false;
  readonly overflowed = 0;
  readonly groups: ReadonlyMap<GroupKey, GroupFigure> = new Map();
  readonly touchedGroups: readonly GroupFigure[] = [];
  readonly keptMs: DurationMs;
  refillingUntil: Instant = 0;
  due: Instant = Number.POSITIVE_INFINITY;
  touched = false;
  allTouched = false;
  /** Takes the events whose values are counted. */
  readonly ofKeys: RowsTaker = { addAll: (run, now) => this.take(run, now, false) };
  /** Takes the events that the others are held against. */
  readonly ofPartners: RowsTaker = { addAll: (run, now) => this.take(run, now, true) };
  private readonly times: KeyTimes;
  private readonly isMissing: boolean;
  private readonly table: KeyTable;
  private readonly room: KeyRoom;
  private boundary: Instant;
  /** When the last key that found no place will have lost its meaning; 0 when all have one. */
  private crowdedUntil: Instant = 0;
  /** The boundary at which keys were last forgotten to make room. */
  private clearedAt: Instant = NEVER;
  private coveredKeys = 0;
  private offendingKeys = 0;
  private readonly figure: GroupFigure;

  constructor(measure: Measure, id: number, now: Instant, room: KeyRoom) {
    this.room = room;
    this.table = new KeyTable(room);
    this.measure = measure;
    this.id = id;
    this.times = keyTimes(measure);
    this.keptMs = this.times.keptMs;
    this.isMissing = measure.function === 'missing';
    this.boundary = boundaryOf(this.times, now);
    const covered = (): number => this.coveredKeys;
    this.figure = {
      key: UNGROUPED,
      get covered() {
        return covered();
      },
      value: () => this.offendingKeys,
    };
  }

  get withheld(): NoDataReason | undefined {
    return this.crowdedUntil > 0 ? 'too-many-keys' : undefined;
  }

  /** What was heard counts, whatever came before. */
  get least(): number | undefined {
    return this.refillingUntil > 0 ? this.offendingKeys : undefined;
  }

  covered(): GroupFigure | undefined {
    return this.coveredKeys > 0 ? this.figure : undefined;
  }

  pass(now: Instant): void {
    if (this.refillingUntil > 0 && now >= this.refillingUntil) {
      this.refillingUntil = 0;
      this.touchAll();
    }
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
    this.touched = false;
    this.allTouched = false;
  }

  /** Until the first boundary at which all that counts came after `now`. */
  beginRefilling(now: Instant): void {
    this.refillingUntil = boundaryAfter(this.times, now + this.keptMs);
    this.due = Math.min(this.due, this.refillingUntil);
  }

  /** Missing ones that have waited longest come first, of duplicates those that came last. */
  offending(): OffendingKeys | undefined {
    if (this.offendingKeys === 0 || this.withheld !== undefined) return undefined;
    const { table } = this;
    const shown: { readonly text: string; readonly rank: number }[] = [];
    for (let index = 0; index < table.end; index++) {
      // Keys lie about in the order in which they came: those that are wanted are met first, and the others are passed over.
      const place = this.isMissing ? index : table.end - 1 - index;
      if (!table.holds(place) || ((table.marks[place] as number) & OFFENDS) === 0) continue;
      const rank = this.isMissing ? (table.since[place] as number) : -(table.last[place] as number);
      const worst = shown.length === limits.keysShown ? shown.at(-1) : undefined;
      if (worst !== undefined && rank > worst.rank) continue;
      const text = table.texts[place] ?? '';
      if (worst !== undefined) {
        if (rank === worst.rank && text >= worst.text) continue;
        shown.pop();
      }
      const at = shown.findIndex((other) => other.rank > rank || (other.rank === rank && other.text > text));
      shown.splice(at < 0 ? shown.length : at, 0, { text, rank });
    }
    return { keys: shown.map(({ text }) => text), more: this.offendingKeys - shown.length };
  }

  write(out: NumberWriter): void {
    const { table } = this;
    out.number(this.boundary);
    out.number(this.refillingUntil);
    out.number(this.crowdedUntil);
    out.number(table.size);
    for (let place = 0; place < table.end; place++) {
      if (!table.holds(place)) continue;
      out.number(table.hash[place] as number);
      out.number(table.last[place] as number);
      out.number(table.since[place] as number);
      if (this.isMissing) out.number(table.partner[place] as number);
      out.text(table.texts[place] ?? '');
    }
  }

  read(from: NumberReader): void {
    const { table } = this;
    this.boundary = from.number();
    this.refillingUntil = from.number();
    this.crowdedUntil = from.number();
    for (let left = from.number(); left > 0; left--) {
      const place = table.add(from.number());
      table.last[place] = from.number();
      table.since[place] = from.number();
      if (this.isMissing) table.partner[place] = from.number();
      const text = from.text();
      if (text !== '') table.texts[place] = text;
    }
    this.lookAtAll();
  }

  private take(run: MeasuredRows, now: Instant, isPartner: boolean): void {
    this.boundary = boundaryOf(this.times, now);
    const { rows, count, times, values: hashes } = run;
    const field = isPartner ? this.measure.partner?.field : this.measure.field;
    const values = run.columns.of(field ?? '').values();
    for (let index = 0; index < count; index++) {
      const row = rows[index] as number;
      const place = this.placeOf(hashes[row] as number, now);
      if (place === undefined) continue;
      const time = Math.min(times[row] as number, now);
      if (isPartner) this.hearPartner(place, time);
      else this.hear(place, time, values[row]);
      this.due = Math.min(this.due, this.look(place));
    }
  }

  private hear(place: number, time: Instant, value: FieldValue | undefined): void {
    const { last, since, texts } = this.table;
    const before = last[place] as number;
    if (this.isMissing) {
      const isNew = time > before + this.times.windowMs;
      since[place] = isNew ? time : Math.min(since[place] as number, time);
      last[place] = Math.max(before, time);
      if (!this.hasPartnerForLong(place)) texts[place] ??= textOf(value);
      return;
    }
    if (time >= before) {
      since[place] = before;
      last[place] = time;
    } else since[place] = Math.max(since[place] as number, time);
    if (before !== NEVER) texts[place] ??= textOf(value);
  }

  private hearPartner(place: number, time: Instant): void {
    const { partner, texts } = this.table;
    partner[place] = Math.max(partner[place] as number, time);
    // It will be there for longer than what is known of the key.
    texts[place] = undefined;
  }

  /** Whether the key leaves the window before its partner is forgotten: then nobody will ask what it is. */
  private hasPartnerForLong(place: number): boolean {
    return (this.table.partner[place] as number) + limits.partnerBeforeMs >= (this.table.last[place] as number);
  }

  /** The place of a key, which is made when there is room. */
  private placeOf(hash: number, now: Instant): number | undefined {
    const known = this.table.find(hash);
    if (known !== undefined) return known;
    if (this.isFull() && this.clearedAt !== this.boundary) {
      this.clearedAt = this.boundary;
      this.lookAtAll();
    }
    if (!this.isFull()) return this.table.add(hash);
    this.crowdedUntil = now + this.keptMs + this.times.stepMs;
    this.due = Math.min(this.due, this.crowdedUntil);
    this.touchAll();
    return undefined;
  }

  private isFull(): boolean {
    return this.table.size >= limits.keysPerMeasure || this.room.isFull;
  }

  /** Looks at every key as of the boundary, forgets those that mean nothing any more, and finds the next due instant. */
  private lookAtAll(): void {
    const { table } = this;
    // A key that came again may belong to what came before it for so much longer than the window: events may be late.
    const oldest = this.boundary - this.keptMs - (this.isMissing ? 0 : limits.lateMs);
    let due = Number.POSITIVE_INFINITY;
    for (let place = 0; place < table.end; place++) {
      if (!table.holds(place)) continue;
      due = Math.min(due, this.look(place));
      if (table.latest(place) < oldest) table.forget(place);
    }
    if (this.refillingUntil > 0) due = Math.min(due, this.refillingUntil);
    if (this.crowdedUntil > 0) due = Math.min(due, this.crowdedUntil);
    this.due = due;
  }

  /** Marks what a key is as of the boundary; returns the boundary at which time alone makes it something else. */
  private look(place: number): Instant {
    const { table, times, boundary } = this;
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
    const { table } = this;
    const before = table.marks[place] as number;
    if (before === marks) return;
    table.marks[place] = marks;
    this.coveredKeys += (marks & COVERED) - (before & COVERED);
    this.offendingKeys += ((marks & OFFENDS) - (before & OFFENDS)) / OFFENDS;
    if (!this.isMissing && (marks & OFFENDS) === 0) table.texts[place] = undefined;
    this.touched = true;
  }
}

/**
 * The beginning of a value, as a text of its own: engines let a piece of a text hold on to the whole of it, here a value of 8 KB or the body
 * that it came in. Put together with another it is written anew, and what is cut off then is all that the piece holds on to.
 */
function textOf(value: FieldValue | undefined): string {
  return ` ${String(value ?? '').slice(0, limits.keyCharacters)}`.slice(1);
}
