import type { Found } from '#plan/reading.ts';
import type { WriteInstant } from './explain-text.ts';
import type { Evidence } from './model.ts';

/**
 * What was found by a test of a probe or heartbeat, for people: `status 503, expected status = 200; 3 in a row since 14:01; last passed
 * 14:00`. Undefined for the other tests, whose reading says it.
 */
export function foundText(
  { found, reading, truth }: Pick<Evidence, 'found' | 'reading' | 'truth'>,
  write: WriteInstant,
): string | undefined {
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
