import type { MeasureId, Signal } from '#plan/model.ts';
import { type GroupKey, type Reading, UNGROUPED } from '#plan/reading.ts';
import { compileFormula, type Evaluate, type EvaluationContext, measuresOf, readingOf } from './formula.ts';
import type { FigureWindow } from './figure-window.ts';

export interface SignalReading {
  readonly signal: string;
  readonly group: GroupKey;
  readonly reading: Reading;
}

/** Reads the signals of a plan in all groups that have events. Streams have no reading of their own. */
export class SignalReader {
  private readonly context: EvaluationContext;
  private readonly signals: readonly {
    readonly signal: Signal;
    readonly evaluate: Evaluate;
    readonly grouped: readonly FigureWindow[];
  }[];

  constructor(signals: readonly Signal[], windows: ReadonlyMap<MeasureId, FigureWindow>, context: EvaluationContext) {
    this.context = context;
    this.signals = signals
      .filter((signal) => !signal.stream)
      .map((signal) => ({
        signal,
        evaluate: compileFormula(signal.formula, windows, context),
        grouped: [...measuresOf(signal.formula)]
          .map((measure) => windows.get(measure))
          .filter((window) => window !== undefined)
          .filter((window) => window.grouped),
      }));
  }

  /** As of `context.now`; in the order of the plan, then of the groups' first events. */
  readings(): readonly SignalReading[] {
    return this.signals.flatMap(({ signal, evaluate, grouped }) => {
      const groups = grouped.length === 0 ? [UNGROUPED] : coveredGroups(grouped);
      return groups.map((group) => ({
        signal: signal.name,
        group,
        reading: readingOf(evaluate(group), signal.atLeast, this.context.now),
      }));
    });
  }
}

function coveredGroups(windows: readonly FigureWindow[]): readonly GroupKey[] {
  const groups = new Set<GroupKey>();
  for (const window of windows) {
    for (const aggregate of window.groups.values()) if (aggregate.covered > 0) groups.add(aggregate.key);
  }
  return [...groups];
}
