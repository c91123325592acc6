import type { Instant } from '#kernel/instant.ts';
import type { CompiledPlan, MeasureId } from '#plan/model.ts';
import type { DueHeap } from '../due-heap.ts';
import type { Route } from '../routes.ts';
import { sourceOf } from '../signatures.ts';
import type { KeyRecall, KeysWanted } from './key-recall.ts';
import type { KeyWindow } from './key-window.ts';

/** The measures of keys of a plan, as a store is asked for what came before they listened. */
export class KeyWindows {
  private readonly plan: CompiledPlan;
  private readonly windows: readonly KeyWindow[];
  private readonly routes: readonly Route[];

  constructor(plan: CompiledPlan, windows: readonly KeyWindow[], routes: readonly Route[]) {
    this.plan = plan;
    this.windows = windows;
    this.routes = routes;
  }

  /** Those that do not know their past wait for what a store tells of the time up to `now`. */
  awaitHistory(now: Instant, dues: DueHeap): void {
    for (const window of this.windows) {
      // What was so before tells nothing more.
      if (sourceOf(this.plan, window.measure.source).standing === true) window.lacksNothing();
      window.awaitHistory(now);
      dues.schedule(window.id, window.due);
    }
  }

  wanted(): readonly KeysWanted[] {
    const find = (name: string) => sourceOf(this.plan, name);
    return this.windows.map((window) => window.historyWanted(find)).filter((wanted) => wanted !== undefined);
  }

  /** Takes over what a store told of a measure; its window, if that waits for it. */
  fill(measure: MeasureId, recall: KeyRecall, now: Instant, dues: DueHeap): KeyWindow | undefined {
    const window = this.windows.find((one) => one.measure.id === measure);
    if (window?.fill(recall, now) !== true) return undefined;
    const { source, partner } = window.measure;
    for (const route of this.routes) {
      if (route.source.name === source) route.oncePer?.recall(recall.onceOwn);
      if (route.source.name === partner?.source) route.oncePer?.recall(recall.oncePartner);
    }
    dues.schedule(window.id, window.due);
    return window;
  }
}
