import type { EventRecord } from '#signals/record.ts';
import type { MadeIds, Texts } from './event-columns.ts';

/** An id that this program makes: its run, and a number that the run gives only once. */
export function madeId(run: string, number: number): string {
  return `${run}-${number}`;
}

const MADE = /^([\x20-\x7e]+)-([0-9]{1,15})$/;

/**
 * The ids of the first `made` records in two words. They come from a counter, so they only grow: when the last is as far from the first as
 * there are ids between, none was left out.
 */
export function madeIdsOf(records: readonly EventRecord[], made: number): MadeIds | undefined {
  const [, run, digits] = MADE.exec(records[0]?.id ?? '') ?? [];
  if (made === 0 || run === undefined || digits === undefined) return undefined;
  const first = Number(digits);
  if (records[0]?.id !== madeId(run, first) || records[made - 1]?.id !== madeId(run, first + made - 1))
    return undefined;
  return { run, first, count: made };
}

const DIGIT_0 = 0x30;
const DIGIT_9 = 0x39;

/** The same ids as texts. Each is made from the one before it, byte by byte: there are as many as events. */
export function madeTexts({ run, first, count }: MadeIds): Texts {
  const prefix = run.length + 1;
  const longest = madeId(run, first + count).length;
  const heap = new Uint8Array(longest * count);
  const ends = new Uint32Array(count);
  const digits: number[] = Array.from(String(first), (digit) => digit.charCodeAt(0));
  const start = Buffer.from(`${run}-`, 'latin1');
  let end = 0;
  for (let index = 0; index < count; index += 1) {
    for (let byte = 0; byte < prefix; byte += 1) heap[end++] = start[byte] as number;
    for (const digit of digits) heap[end++] = digit;
    ends[index] = end;
    increase(digits);
  }
  return { heap: heap.subarray(0, end), ends, isExact: true };
}

function increase(digits: number[]): void {
  let place = digits.length - 1;
  while (place >= 0 && digits[place] === DIGIT_9) digits[place--] = DIGIT_0;
  if (place >= 0) digits[place] = (digits[place] as number) + 1;
  else digits.unshift(DIGIT_0 + 1);
}
