import type { Instant } from '#kernel/instant.ts';
import { limits } from '#kernel/limits.ts';
import type { FigureWindow } from '../figure-window.ts';
import type { EventRecord } from '../record.ts';
import type { Branch, FieldIndex, IndexEntry, Route, Targets } from '../routes.ts';
import type { SilenceWatch } from '../silence-watch.ts';
import type { RecordBatch } from './record-batch.ts';
import { BATCH_ROWS, copySelection, Selection } from './selection.ts';

/** Who is told what events have changed. */
export interface FollowListener {
  /** A window took events in; `dueMoved` says that it is due at another instant now. */
  fed(window: FigureWindow, dueMoved: boolean): void;
  /** A silence heard something that changes what it says. */
  heard(silence: SilenceWatch, now: Instant): void;
}

/** Brings events to the windows and silences that want them, many at once. */
export class BatchFollower {
  /** Events later than `limits.lateMs` or more than `limits.futureMs` ahead, which no window took in. */
  outOfTime = 0;
  private readonly routes: ReadonlyMap<string, readonly Route[]>;
  private readonly batch: RecordBatch;
  private readonly listener: FollowListener;
  private readonly busyRoutes: Route[] = [];
  private readonly busyEntries: IndexEntry[] = [];
  /** What a branch selects; what of that is in time. */
  private readonly chosen = new Selection();
  private readonly timely = new Selection();

  /** `batch` is the one that the routes were built for. */
  constructor(routes: ReadonlyMap<string, readonly Route[]>, batch: RecordBatch, listener: FollowListener) {
    this.routes = routes;
    this.batch = batch;
    this.listener = listener;
  }

  /** Takes in records that were received now, in their order. */
  take(records: readonly EventRecord[], now: Instant): void {
    for (let from = 0; from < records.length; from += BATCH_ROWS) {
      this.batch.begin(records, from);
      this.followBatch(now);
    }
    this.batch.end();
  }

  /**
   * Route by route and window by window, not event by event: each field is read and each predicate evaluated in one go. Within a window the
   * events keep their order, and windows do not see each other, so this says the same.
   */
  private followBatch(now: Instant): void {
    const { batch, busyRoutes } = this;
    for (let row = 0; row < batch.count; row++) {
      const routes = this.routes.get(batch.record(row).name);
      if (routes === undefined) continue;
      for (const route of routes) {
        if (route.arrived.count === 0) busyRoutes.push(route);
        route.arrived.push(row);
      }
    }
    for (const route of busyRoutes) {
      this.follow(route, now);
      route.arrived.count = 0;
    }
    busyRoutes.length = 0;
  }

  private follow(route: Route, now: Instant): void {
    const { arrived, oncePer } = route;
    if (route.select !== undefined) route.select(arrived, arrived);
    if (oncePer !== undefined) keep(arrived, (row) => oncePer.admits(this.batch.record(row), now));
    if (arrived.count === 0) return;
    const late = this.countOutOfTime(arrived, now);
    this.outOfTime += late;
    for (const branch of route.branches) this.enter(branch, arrived, now, late > 0);
    for (const index of route.indexes) this.enterIndex(index, arrived, now, late > 0);
  }

  private enterIndex(index: FieldIndex, arrived: Selection, now: Instant, late: boolean): void {
    const { busyEntries } = this;
    const values = index.column.values();
    for (let place = 0; place < arrived.count; place++) {
      const row = arrived.rows[place] as number;
      const entry = index.entries.get(values[row]);
      if (entry === undefined) continue;
      if (entry.rows.count === 0) busyEntries.push(entry);
      entry.rows.push(row);
    }
    for (const { branches, rows } of busyEntries) {
      for (const branch of branches) this.enter(branch, rows, now, late);
      rows.count = 0;
    }
    busyEntries.length = 0;
  }

  private enter(branch: Branch, rows: Selection, now: Instant, late: boolean): void {
    if (branch.select === undefined) {
      this.feed(branch, rows, now, late);
      return;
    }
    branch.select(rows, this.chosen);
    if (this.chosen.count > 0) this.feed(branch, this.chosen, now, late);
  }

  /** `late` says that some of the batch are out of time. */
  private feed(targets: Targets, rows: Selection, now: Instant, late: boolean): void {
    const { times } = this.batch;
    let inTime = rows;
    if (late && targets.windows.length > 0) {
      inTime = this.timely;
      copySelection(rows, inTime);
      keep(inTime, (row) => isInTime(times[row] as number, now));
    }
    for (const { window, into, measured } of targets.windows) {
      measured.begin(inTime);
      if (measured.count === 0) continue;
      const due = window.due;
      into.addAll(measured, now);
      this.listener.fed(window, window.due !== due);
    }
    for (const silence of targets.silences) {
      for (let place = 0; place < rows.count; place++) {
        if (silence.hear(times[rows.rows[place] as number] as number, now)) this.listener.heard(silence, now);
      }
    }
  }

  private countOutOfTime(arrived: Selection, now: Instant): number {
    if (this.batch.within(now - limits.lateMs, now + limits.futureMs)) return 0;
    const { times } = this.batch;
    let count = 0;
    for (let place = 0; place < arrived.count; place++) {
      if (!isInTime(times[arrived.rows[place] as number] as number, now)) count++;
    }
    return count;
  }
}

function isInTime(time: Instant, now: Instant): boolean {
  return time <= now + limits.futureMs && time >= now - limits.lateMs;
}

/** Leaves only those rows for which `wanted` holds, asked in their order. */
function keep(selection: Selection, wanted: (row: number) => boolean): void {
  const { rows, count } = selection;
  let kept = 0;
  for (let place = 0; place < count; place++) {
    const row = rows[place] as number;
    if (wanted(row)) rows[kept++] = row;
  }
  selection.count = kept;
}
