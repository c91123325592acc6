import type { Instant } from '#kernel/instant.ts';
import { compare } from '#plan/compare.ts';
import type { ComparisonTest, Formula, MeasureId, Operator } from '#plan/model.ts';
import { type Found, type GroupKey, type Reading, type Truth, UNGROUPED, type Verdict } from '#plan/reading.ts';
import type { FigureWindow } from './figure-window.ts';
import {
  compileFormula,
  type Evaluate,
  type EvaluationContext,
  measuresOf,
  type Outcome,
  readingOf,
} from './formula.ts';
import { foundKeys } from './keys/found-keys.ts';
import type { NumberReader, NumberWriter } from './snapshot-format.ts';
import { readVerdict, writeVerdict } from './verdict-format.ts';

/** The truth of one group since `at`, and the verdict that said so, if one did. */
interface Standing {
  truth: Truth;
  at: Instant;
  verdict: Verdict | undefined;
}

/** All formulas that a comparison reads. */
export function formulasOf(test: ComparisonTest): readonly Formula[] {
  const comparison = test.comparison;
  return comparison.operator === 'between'
    ? [test.left, comparison.low, comparison.high]
    : [test.left, comparison.right];
}

/**
 * Judges one comparison in all its groups and remembers what it said. An ungrouped test begins unknown and speaks when that
 * changes; a group speaks when it appears, whatever its truth, when its truth changes, and when it is gone.
 */
export class ComparisonJudge {
  readonly test: ComparisonTest;
  /** Waits to be judged. */
  queued = false;
  /** What applies to every group has changed. */
  whole = false;
  private readonly left: Evaluate;
  private readonly right: readonly Evaluate[];
  private readonly context: EvaluationContext;
  private readonly grouped: readonly FigureWindow[];
  private readonly ungrouped: readonly FigureWindow[];
  /** Those whose keys can be shown. */
  private readonly ofKeys: readonly FigureWindow[];
  private readonly standings = new Map<GroupKey, Standing>();
  /** Of the evaluation at hand. */
  private sampleSize = 0;
  private outcome: Outcome = { reason: undefined, value: 0, fullAt: 0, sampleSize: 0 };

  constructor(
    test: ComparisonTest,
    windows: ReadonlyMap<MeasureId, FigureWindow>,
    context: EvaluationContext,
    now: Instant,
  ) {
    this.test = test;
    this.context = context;
    const [left = test.left, ...right] = formulasOf(test);
    this.left = compileFormula(left, windows, context);
    this.right = right.map((formula) => compileFormula(formula, windows, context));
    const measures = [...new Set(formulasOf(test).flatMap((formula) => [...measuresOf(formula)]))];
    const own = measures.map((measure) => windows.get(measure)).filter((window) => window !== undefined);
    this.grouped = own.filter((window) => window.grouped);
    this.ungrouped = own.filter((window) => !window.grouped);
    this.ofKeys = own.filter((window) => window.offending !== undefined);
    if (this.grouped.length === 0) this.standings.set(UNGROUPED, { truth: 'unknown', at: now, verdict: undefined });
  }

  /** Judges the groups that were touched, or all of them. Appends what changed. */
  judge(everything: boolean, out: Verdict[]): void {
    const { whole } = this;
    this.whole = false;
    if (this.grouped.length === 0) {
      this.judgeGroup(UNGROUPED, out);
      return;
    }
    const all =
      everything ||
      whole ||
      this.ungrouped.some((window) => window.touched) ||
      this.grouped.some((window) => window.allTouched);
    for (const group of all ? this.allGroups() : this.touchedGroups()) {
      if (this.grouped.some((window) => window.covered(group) !== undefined)) this.judgeGroup(group, out);
      else this.judgeGone(group, out);
    }
  }

  /** Every verdict as it stands; what is unknown comes with its reason of now. */
  current(): readonly Verdict[] {
    return [...this.standings].map(([group, standing]) => {
      if (standing.verdict !== undefined && standing.truth !== 'unknown') return standing.verdict;
      const truth = this.evaluate(group);
      return this.verdict(group, truth, standing.at);
    });
  }

  write(out: NumberWriter): void {
    out.number(this.standings.size);
    for (const [group, standing] of this.standings) {
      out.text(group);
      out.text(standing.truth);
      out.number(standing.at);
      writeVerdict(standing.verdict, out);
    }
  }

  /** Takes over what the same test said; a test that changed from grouped to not (or back) has another id. */
  restore(from: NumberReader): void {
    for (let left = from.number(); left > 0; left--) {
      const group = from.text();
      const truth = from.text() as Truth;
      const at = from.number();
      const verdict = readVerdict(this.test.id, group, truth, at, from);
      this.standings.set(group, { truth, at, verdict });
    }
  }

  private judgeGroup(group: GroupKey, out: Verdict[]): void {
    const truth = this.evaluate(group);
    const standing = this.standings.get(group);
    if (standing === undefined) {
      const verdict = this.verdict(group, truth, this.context.now);
      this.standings.set(group, { truth, at: this.context.now, verdict });
      out.push(verdict);
    } else if (standing.truth !== truth) {
      standing.truth = truth;
      standing.at = this.context.now;
      standing.verdict = this.verdict(group, truth, this.context.now);
      out.push(standing.verdict);
    }
  }

  private judgeGone(group: GroupKey, out: Verdict[]): void {
    if (!this.standings.delete(group)) return;
    this.context.gone = true;
    const truth = this.evaluate(group);
    out.push({ ...this.verdict(group, truth, this.context.now), gone: true });
    this.context.gone = false;
  }

  private evaluate(group: GroupKey): Truth {
    const left = this.left(group);
    this.outcome = left;
    this.sampleSize = left.sampleSize;
    const [first, second] = this.right;
    const low = first?.(group);
    const high = second?.(group);
    if (low === undefined) return 'unknown';
    this.sampleSize = Math.min(this.sampleSize, low.sampleSize, high?.sampleSize ?? Number.POSITIVE_INFINITY);
    const decided = this.decidedByLeast(left, low);
    if (decided !== undefined) return decided;
    const fullAt = Math.max(left.fullAt, low.fullAt, high?.fullAt ?? 0);
    if (left.reason !== undefined || low.reason !== undefined || high?.reason !== undefined) {
      this.outcome = left.reason !== undefined ? left : low.reason !== undefined ? low : (high ?? low);
      return 'unknown';
    }
    if (this.sampleSize < this.test.atLeast) return 'unknown';
    if (fullAt > 0) {
      this.outcome = { ...left, fullAt };
      return 'unknown';
    }
    const operator = this.test.comparison.operator;
    const holds =
      operator === 'between'
        ? high !== undefined && left.value >= low.value && left.value <= high.value
        : compare(left.value, operator, low.value);
    return holds ? 'true' : 'false';
  }

  /** What is true however much is still unknown: of two invoices of one number there are two, whatever came before them. */
  private decidedByLeast(left: Outcome, limit: Outcome): Truth | undefined {
    const isIncomplete = left.reason === 'refilling' || (left.reason === undefined && left.fullAt > 0);
    if (!isIncomplete || left.least === undefined || limit.reason !== undefined || limit.fullAt > 0) return undefined;
    const truth = truthOfLeast(left.least, this.test.comparison.operator, limit.value);
    if (truth === undefined || this.sampleSize < this.test.atLeast) return undefined;
    this.outcome = { reason: undefined, value: left.least, fullAt: 0, sampleSize: left.sampleSize };
    return truth;
  }

  /** The verdict on the group that was just evaluated. */
  private verdict(group: GroupKey, truth: Truth, at: Instant): Verdict {
    const reading: Reading = readingOf(
      { ...this.outcome, sampleSize: this.sampleSize },
      this.test.atLeast,
      this.context.now,
    );
    const against = this.right.map((evaluate) => evaluate(group));
    return {
      test: this.test.id,
      group,
      truth,
      at,
      reading,
      against: against.some((outcome) => outcome.reason !== undefined) ? [] : against.map((outcome) => outcome.value),
      ...this.found(group),
    };
  }

  /** The keys behind the figures, if there are any. */
  private found(group: GroupKey): { readonly found?: Found } {
    const found = foundKeys(this.ofKeys, group);
    return found === undefined ? {} : { found };
  }

  private touchedGroups(): Iterable<GroupKey> {
    const keys = new Set<GroupKey>();
    for (const window of this.grouped) for (const aggregate of window.touchedGroups) keys.add(aggregate.key);
    return keys;
  }

  private allGroups(): Iterable<GroupKey> {
    const keys = new Set<GroupKey>();
    for (const window of this.grouped) for (const key of window.groups.keys()) keys.add(key);
    for (const key of this.standings.keys()) keys.add(key);
    return keys;
  }
}

/** The truth of a comparison of something that is at least so much; undefined when more of it could change that. */
function truthOfLeast(least: number, operator: Operator | 'between', limit: number): Truth | undefined {
  switch (operator) {
    case '>':
    case '>=':
      return compare(least, operator, limit) ? 'true' : undefined;
    case '<':
    case '<=':
      return compare(least, operator, limit) ? undefined : 'false';
    case '=':
      return least > limit ? 'false' : undefined;
    case '!=':
      return least > limit ? 'true' : undefined;
    case 'between':
      return undefined;
  }
}
