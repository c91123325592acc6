import type { Instant } from '#kernel/instant.ts';
import type { MeasureId, Test } from '#plan/model.ts';
import type { Verdict } from '#plan/reading.ts';
import { ComparisonJudge, formulasOf } from './comparison-judge.ts';
import type { FigureWindow } from './figure-window.ts';
import { differsByPhase, type EvaluationContext, measuresOf } from './formula.ts';

/** The comparisons of a plan, and which of them are judged next. */
export class ComparisonJudges {
  readonly all: readonly ComparisonJudge[];
  /** Those that a new phase may change. */
  private readonly byPhase: readonly ComparisonJudge[];
  /** By number of window. */
  private readonly ofWindow: readonly (readonly ComparisonJudge[])[];
  private readonly touched: FigureWindow[] = [];
  private readonly queued: ComparisonJudge[] = [];

  constructor(
    tests: readonly Test[],
    windows: ReadonlyMap<MeasureId, FigureWindow>,
    context: EvaluationContext,
    now: Instant,
  ) {
    this.all = tests
      .filter((test) => test.kind === 'comparison')
      .map((test) => new ComparisonJudge(test, windows, context, now));
    this.byPhase = this.all.filter(({ test }) => formulasOf(test).some(differsByPhase));
    const ofWindow = Array.from(windows, (): ComparisonJudge[] => []);
    for (const judge of this.all) {
      const read = new Set(formulasOf(judge.test).flatMap((formula) => [...measuresOf(formula)]));
      for (const measure of read) ofWindow[windows.get(measure)?.id ?? -1]?.push(judge);
    }
    this.ofWindow = ofWindow;
  }

  get readsPhases(): boolean {
    return this.byPhase.length > 0;
  }

  /** Something of a window has changed. */
  touch(window: FigureWindow): void {
    if (window.queued) return;
    window.queued = true;
    this.touched.push(window);
    for (const judge of this.ofWindow[window.id] ?? []) this.queue(judge);
  }

  queue(judge: ComparisonJudge): void {
    if (judge.queued) return;
    judge.queued = true;
    this.queued.push(judge);
  }

  /** Another phase has begun. */
  changePhase(): void {
    for (const judge of this.byPhase) {
      judge.whole = true;
      this.queue(judge);
    }
  }

  /** Judges what is queued, of the windows that were touched. */
  judge(out: Verdict[]): void {
    for (const judge of this.queued) {
      judge.queued = false;
      judge.judge(false, out);
    }
    this.queued.length = 0;
    for (const window of this.touched) {
      window.queued = false;
      window.clearTouched();
    }
    this.touched.length = 0;
  }
}
