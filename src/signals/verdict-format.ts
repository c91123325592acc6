import { assert } from '#kernel/assert.ts';
import type { Instant } from '#kernel/instant.ts';
import type { TestId } from '#plan/model.ts';
import type { Found, GroupKey, NoDataReason, Reading, Truth, Verdict } from '#plan/reading.ts';
import type { NumberReader, NumberWriter } from './snapshot-format.ts';

/** What is written before a verdict. A plan without measures of keys has only the first two, as it had before there were any. */
const NO_VERDICT = 0;
const VERDICT = 1;
const VERDICT_WITH_FOUND = 2;

/** What is written as the state of a value that its window is not full of yet. */
const OPEN = 'value so far';

/** Writes what a verdict holds beside its test, group, truth and instant. */
export function writeVerdict(verdict: Verdict | undefined, out: NumberWriter): void {
  if (verdict === undefined) {
    out.number(NO_VERDICT);
    return;
  }
  out.number(verdict.found === undefined ? VERDICT : VERDICT_WITH_FOUND);
  // What was found is plain JSON, and is said again as it was.
  if (verdict.found !== undefined) out.text(JSON.stringify(verdict.found));
  const reading = verdict.reading;
  out.text(reading.state === 'value' && reading.fullAt !== undefined ? OPEN : reading.state);
  out.number(reading.at);
  out.number(reading.sampleSize);
  if (reading.state === 'no data') out.text(reading.reason);
  else out.number(reading.value);
  if (reading.state === 'too few') out.number(reading.needed);
  if (reading.state === 'value' && reading.fullAt !== undefined) {
    out.number(reading.fullAt);
    out.number(reading.grows === true ? 1 : 0);
  }
  out.number(verdict.against.length);
  for (const value of verdict.against) out.number(value);
}

/** What `writeVerdict` wrote. */
export function readVerdict(
  test: TestId,
  group: GroupKey,
  truth: Truth,
  at: Instant,
  from: NumberReader,
): Verdict | undefined {
  const kind = from.number();
  if (kind === NO_VERDICT) return undefined;
  const found = kind === VERDICT_WITH_FOUND ? (JSON.parse(from.text()) as Found) : undefined;
  const reading = readReading(from);
  const against: number[] = [];
  for (let left = from.number(); left > 0; left--) against.push(from.number());
  return { test, group, truth, at, reading, against, ...(found !== undefined && { found }) };
}

function readReading(from: NumberReader): Reading {
  const state = from.text();
  const at = from.number();
  const sampleSize = from.number();
  if (state === 'no data') return { state, reason: from.text() as NoDataReason, sampleSize, at };
  const value = from.number();
  if (state === 'value') return { state, value, sampleSize, at };
  if (state === OPEN) {
    const fullAt = from.number();
    return { state: 'value', value, sampleSize, at, fullAt, ...(from.number() === 1 && { grows: true }) };
  }
  assert(state === 'too few', `a snapshot holds a reading in the unknown state ${state}`);
  return { state, value, sampleSize, needed: from.number(), at };
}
