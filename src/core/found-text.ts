import { formatCount } from '#kernel/format-figure.ts';
import type { Found } from '#plan/reading.ts';
import type { WriteInstant } from './explain-text.ts';
import type { Evidence } from './model.ts';
import { ownDifferences } from './open-lists.ts';
import type { ComparisonResult, Vouched, VouchedFor } from './vouched.ts';

/** So much of what people found stands on lines of its own. */
const FOUND_LINES = 5;

/**
 * What was found by a test of a probe or heartbeat, for people: `status 503, expected status = 200; 3 in a row since 14:01; last passed
 * 14:00`; or what people said: `1 wrong of 3 judged: INV-17: no such branch (anita, 14:01)`. Undefined for the other tests, whose reading
 * says it.
 */
export function foundText(
  { found, reading, truth, vouched }: Pick<Evidence, 'found' | 'reading' | 'truth' | 'vouched'>,
  write: WriteInstant,
): string | undefined {
  if (vouched !== undefined) return vouchedText(vouched, reading, write);
  // Keys stand beside the figure that counts them.
  if (found === undefined || found.keys !== undefined) return undefined;
  if (reading.state === 'no data')
    return joined([noDataWords[reading.reason] ?? reading.reason, ...lastWords(found, write)]);
  const { message, streak, since, expectedBy } = found;
  const row = streak === undefined || streak < 2 ? '' : `${streak} in a row`;
  const from = since === undefined ? '' : `since ${write(since)}`;
  const rests = message === undefined && since === undefined && expectedBy === undefined;
  return joined([
    message ?? (rests && truth !== 'unknown' ? 'all is well' : ''),
    [row, from].filter((part) => part !== '').join(' '),
    expectedBy === undefined ? '' : `expected by ${write(expectedBy)}`,
    ...lastWords(found, write),
  ]);
}

function vouchedText(vouched: Vouched, reading: Evidence['reading'], write: WriteInstant): string {
  const { head, found, more } = vouchedParts(vouched, reading, write);
  if (found.length === 0) return head;
  const rest = more === 0 ? '' : `; and ${formatCount(more)} more`;
  return `${head}: ${found.join('; ')}${rest}`;
}

/** What people said on lines of its own, of what they found the first few. */
export function vouchedLines(vouched: Vouched, reading: Evidence['reading'], write: WriteInstant): readonly string[] {
  const { head, found, more } = vouchedParts(vouched, reading, write);
  const lines = found.slice(0, FOUND_LINES);
  const rest = more + found.length - lines.length;
  return [head, ...lines, ...(rest === 0 ? [] : [`and ${formatCount(rest)} more`])];
}

function vouchedParts(
  { kind, found, more = 0, closed }: Vouched,
  reading: Evidence['reading'],
  write: WriteInstant,
): { readonly head: string; readonly found: readonly string[]; readonly more: number } {
  const one = ({ key, what, by, at }: VouchedFor): string => `${key}: ${what} (${by}, ${write(at)})`;
  const count = found.length + more;
  const of = formatCount(reading.sampleSize);
  const head =
    kind === 'review'
      ? `${count === 0 ? 'nothing' : formatCount(count)} wrong of ${of} judged`
      : listText(reading.sampleSize, count);
  if (closed !== undefined) {
    const { as, what, by, at } = closed;
    const text = as === 'settled' ? `${head}; settled ${one(closed)}` : `not applicable: ${what} (${by}, ${write(at)})`;
    return { head: text, found: [], more: 0 };
  }
  return { head, found: found.map(one), more };
}

/** `a list of 12 rows, 1 difference`. */
function listText(rows: number, differences: number): string {
  const many = (count: number, one: string): string => `${formatCount(count)} ${one}${count === 1 ? '' : 's'}`;
  const differing = differences === 0 ? 'no difference' : many(differences, 'difference');
  return `a list of ${many(rows, 'row')}, ${differing}`;
}

/** The same of the fact about a list, with what earlier ones of other times left open: `a list of 12 rows, no difference; 2 of earlier lists`. */
export function comparedText(body: Partial<Pick<ComparisonResult, 'rows' | 'differences' | 'open'>>): string {
  const { rows = 0, differences = 0 } = body;
  const own = ownDifferences(body);
  const earlier = own === differences ? '' : `; ${formatCount(differences - own)} of earlier lists not settled`;
  return `${listText(rows, own)}${earlier}`;
}

/** The keys that a figure counts, for people: `INV-17, INV-23 and 4 more`; undefined for a figure that counts none. */
export function keysText(found: Found | undefined): string | undefined {
  if (found?.keys === undefined) return undefined;
  const { keys, moreKeys = 0 } = found;
  if (moreKeys > 0) return `${keys.join(', ')} and ${moreKeys} more`;
  return keys.length < 2 ? keys.join('') : `${keys.slice(0, -1).join(', ')} and ${keys.at(-1)}`;
}

const noDataWords: Readonly<Record<string, string>> = {
  'not-measured': 'nothing fresh was measured',
  'too-few-places': 'too few places look to tell',
  'nothing-heard': 'nothing was heard yet',
};

function lastWords({ passedAt, cameAt, expectedBy }: Found, write: WriteInstant): readonly string[] {
  if (passedAt !== undefined) return [`last passed ${write(passedAt)}`];
  if (cameAt !== undefined) return [`came last ${write(cameAt)}`];
  return expectedBy === undefined ? [] : ['never came'];
}

function joined(parts: readonly string[]): string {
  const said = parts.filter((part) => part !== '');
  // A sentence of a prober ends with a full stop, which would stand in the middle here.
  return said.map((part) => part.replace(/\.$/, '')).join('; ');
}
