import type { MeasureId, Signal } from '#plan/model.ts';
import { type Found, type GroupKey, type Reading, UNGROUPED } from '#plan/reading.ts';
import type { FigureWindow } from './figure-window.ts';
import { compileFormula, type Evaluate, type EvaluationContext, measuresOf, readingOf } from './formula.ts';
import { foundKeys } from './keys/found-keys.ts';

export interface SignalReading {
  readonly signal: string;
  readonly group: GroupKey;
  readonly reading: Reading;
  /** The keys that it counts, when it counts any. */
  readonly found?: Found;
}

/** Reads the signals of a plan in all groups that have events. Streams have no reading of their own. */
export class SignalReader {
  private readonly context: EvaluationContext;
  private readonly signals: readonly {
    readonly signal: Signal;
    readonly evaluate: Evaluate;
    readonly grouped: readonly FigureWindow[];
    readonly ofKeys: readonly FigureWindow[];
  }[];

  constructor(signals: readonly Signal[], windows: ReadonlyMap<MeasureId, FigureWindow>, context: EvaluationContext) {
    this.context = context;
    this.signals = signals
      .filter((signal) => !signal.stream)
      .map((signal) => {
        const evaluate = compileFormula(signal.formula, windows, context);
        const measures = [...measuresOf(signal.formula)];
        const own = measures.map((measure) => windows.get(measure)).filter((window) => window !== undefined);
        const ofKeys = own.filter((window) => window.offending !== undefined);
        return { signal, evaluate, grouped: own.filter((window) => window.grouped), ofKeys };
      });
  }

  /** As of `context.now`; in the order of the plan, then of the groups' first events. */
  readings(): readonly SignalReading[] {
    return this.signals.flatMap(({ signal, evaluate, grouped, ofKeys }) => {
      const groups = grouped.length === 0 ? [UNGROUPED] : coveredGroups(grouped);
      return groups.map((group) => {
        const found = foundKeys(ofKeys, group);
        const reading = this.withKnownTime(signal, readingOf(evaluate(group), signal.atLeast, this.context.now));
        return { signal: signal.name, group, reading, ...(found !== undefined && { found }) };
      });
    });
  }

  /** Whole minutes are too coarse for what is used of an error budget. */
  private withKnownTime({ formula }: Signal, reading: Reading): Reading {
    if (reading.state === 'no data' || formula.kind !== 'availability') return reading;
    const knownMs = this.context.availabilities?.get(formula.figure)?.knownMs;
    return knownMs === undefined ? reading : { ...reading, knownMs };
  }
}

function coveredGroups(windows: readonly FigureWindow[]): readonly GroupKey[] {
  const groups = new Set<GroupKey>();
  for (const window of windows) {
    for (const key of window.groups.keys()) if (window.covered(key) !== undefined) groups.add(key);
  }
  return [...groups];
}
