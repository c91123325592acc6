import { assert } from '#kernel/assert.ts';
import type { Instant } from '#kernel/instant.ts';
import type { TestId } from '#plan/model.ts';
import type { GroupKey, NoDataReason, Reading, Truth, Verdict } from '#plan/reading.ts';
import type { NumberReader, NumberWriter } from './snapshot-format.ts';

/** Writes what a verdict holds beside its test, group, truth and instant. */
export function writeVerdict(verdict: Verdict, out: NumberWriter): void {
  const reading = verdict.reading;
  out.text(reading.state);
  out.number(reading.at);
  out.number(reading.sampleSize);
  if (reading.state === 'no data') out.text(reading.reason);
  else out.number(reading.value);
  if (reading.state === 'too few') out.number(reading.needed);
  out.number(verdict.against.length);
  for (const value of verdict.against) out.number(value);
}

export function readVerdict(test: TestId, group: GroupKey, truth: Truth, at: Instant, from: NumberReader): Verdict {
  const reading = readReading(from);
  const against: number[] = [];
  for (let left = from.number(); left > 0; left--) against.push(from.number());
  return { test, group, truth, at, reading, against };
}

function readReading(from: NumberReader): Reading {
  const state = from.text();
  const at = from.number();
  const sampleSize = from.number();
  if (state === 'no data') return { state, reason: from.text() as NoDataReason, sampleSize, at };
  const value = from.number();
  if (state === 'value') return { state, value, sampleSize, at };
  assert(state === 'too few', `a snapshot holds a reading in the unknown state ${state}`);
  return { state, value, sampleSize, needed: from.number(), at };
}
