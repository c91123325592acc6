import type { DurationMs, Instant } from '#kernel/instant.ts';
import type { Measure } from '#plan/model.ts';
import type { GroupKey, NoDataReason } from '#plan/reading.ts';
import type { MeasuredRows } from './batch/measured-rows.ts';
import type { NumberReader, NumberWriter } from './snapshot-format.ts';

/** What a measure says of one group. */
export interface GroupFigure {
  readonly key: GroupKey;
  /** What the window covers now: the sample size, unless that is given by itself. */
  readonly covered: number;
  readonly sampleSize?: number;
  /** The figure; asked for only while something is covered. */
  value(): number;
}

/** Takes in events of a measure; `now` is when they arrived. */
export interface RowsTaker {
  addAll(run: MeasuredRows, now: Instant): void;
}

/** Values that make a figure what it is: those that came twice, or have no partner. */
export interface OffendingKeys {
  /** At most `limits.keysShown`, each at most `limits.keyCharacters` long. */
  readonly keys: readonly string[];
  /** How many there are beside these. */
  readonly more: number;
}

/**
 * The state that is kept for one measure, as the executor, the judges and formulas know it. Its owner calls `pass` at each `due` instant,
 * before anything is added that arrives at or after it.
 */
export interface FigureWindow {
  readonly measure: Measure;
  /** Its number within the executor. */
  readonly id: number;
  /** The executor has it on its list of windows that were touched. */
  queued: boolean;
  readonly zeroWhenEmpty: boolean;
  readonly grouped: boolean;
  /** For how long something that has come may matter. */
  readonly keptMs: DurationMs;
  /** Until then its past is incomplete; 0 when it is complete. */
  readonly refillingUntil: Instant;
  /** Until then its window reaches back to before the plan received anything, and what it adds up is so far; 0 or absent when it is full. */
  readonly fullAt?: Instant;
  /** Set while it cannot say anything, although its past is complete. */
  readonly withheld?: NoDataReason | undefined;
  /** When it changes by itself; Infinity when never. */
  readonly due: Instant;
  /** Whether anything was touched since `clearTouched`. */
  readonly touched: boolean;
  /** Whether every group has to be judged anew, not only those that hold something new. */
  readonly allTouched: boolean;
  readonly touchedGroups: readonly GroupFigure[];
  /** Events that went to the group `other` because there were too many groups. */
  readonly overflowed: number;
  readonly groups: ReadonlyMap<GroupKey, GroupFigure>;
  /** The figure of a group, if anything of it is covered now. */
  covered(key: GroupKey): GroupFigure | undefined;
  /** Of a group of a figure that is incomplete, when what is known already is the least that it can be. */
  least?(key: GroupKey): number | undefined;
  /** Of a measure of keys, when any key of the group offends now. */
  offending?(key: GroupKey): OffendingKeys | undefined;
  /** Time has come to `now`. */
  pass(now: Instant): void;
  /** Everything is judged anew at the next occasion. */
  touchAll(): void;
  clearTouched(): void;
  /** Nothing was received before `from`, the plan's first receipt; `now` may be later. */
  beginFilling?(from: Instant, now: Instant): void;
  /** Its past is not known from before `now`, although the plan was receiving. */
  beginRefilling(now: Instant): void;
  write(out: NumberWriter): void;
  /** Restores what `write` wrote of a measure of the same meaning; the window must be new. */
  read(from: NumberReader): void;
}
