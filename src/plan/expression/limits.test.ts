import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { limits } from '#kernel/limits.ts';
import * as parsers from './parse.ts';

const entryPoints = { ...parsers };
const length = limits.planSentenceCharacters;
const sentences = Object.keys(parsers) as (keyof typeof parsers)[];

/** Long enough that only exponential time or an exhausted stack can miss it. */
const generousMs = 5_000;

const hostile: readonly (readonly [string, string])[] = [
  ['parentheses', '('.repeat(length)],
  ['closed parentheses', `${'('.repeat(length / 2 - 1)}a${')'.repeat(length / 2 - 1)}`],
  ['parentheses as deep as allowed, unfinished', `${'('.repeat(limits.planSentenceDepth)}a > `],
  ['negated parentheses', 'not ('.repeat(limits.planSentenceDepth)],
  ['and', `${'a and '.repeat(length / 6 - 1)}a`],
  ['and of tests', `${'a > 1 and '.repeat(length / 10 - 1)}a > 1`],
  ['or, then and', `${'a > 1 or '.repeat(200)}a > 1 and b > 1`],
  ['not', 'not '.repeat(length / 4)],
  ['sums', `${'a + '.repeat(length / 4 - 1)}a`],
  ['sums in parentheses', `${'(a + '.repeat(limits.planSentenceDepth)}a`],
  ['ratios', 'ratio('.repeat(limits.planSentenceDepth)],
  ['digits', '1'.repeat(length)],
  ['dots', '.'.repeat(length)],
  ['spaces', `a${' '.repeat(length - 2)}b`],
  ['quotation marks', '"'.repeat(length)],
  ['backslashes', `a = "${'\\'.repeat(length - 10)}`],
  ['slashes', 'matches /'.repeat(length / 9)],
  ['numbers with hyphens', '1-'.repeat(length / 2)],
  ['durations', '1h'.repeat(length / 2)],
  ['a name', 'a'.repeat(length)],
  ['a dotted name', 'a.'.repeat(length / 2)],
  ['no', 'no a where '.repeat(180)],
  ['colons', ': '.repeat(length / 2)],
];

describe('hostile sentences', () => {
  it.each(hostile)('%s', { timeout: generousMs }, (_name, text) => {
    expect(text.length).toBeLessThanOrEqual(length);
    for (const sentence of sentences) expect(typeof entryPoints[sentence](text).ok).toBe('boolean');
  });

  it('long ones that are right are read', () => {
    expect(parsers.parseCondition(`${'a > 1 and '.repeat(length / 10 - 1)}a > 1`).ok).toBe(true);
    const depth = limits.planSentenceDepth;
    expect(parsers.parseCondition(`${'('.repeat(depth)}a > 1${')'.repeat(depth)}`).ok).toBe(true);
    expect(parsers.parseCondition(`${'('.repeat(depth)}a${')'.repeat(depth)} > 1`).ok).toBe(true);
  });

  it('too deep and too long are named', () => {
    const deep = parsers.parseCondition(`web failing and ${'('.repeat(limits.planSentenceDepth + 1)}`);
    expect(deep).toMatchObject({ ok: false, failure: { code: 'E202', start: 16 + limits.planSentenceDepth } });
    const long = parsers.parseItem('x'.repeat(length + 1));
    expect(long).toMatchObject({ ok: false, failure: { code: 'E201', start: length, end: length + 1 } });
  });

  it('parentheses in a text do not count', () => {
    expect(parsers.parsePredicate(`a = "${'('.repeat(100)}"`).ok).toBe(true);
  });

  it('nothing throws, and problems lie within the sentence', () => {
    const words = [
      'a',
      '>',
      '5%',
      '(',
      ')',
      'and',
      'or',
      'not',
      'for',
      '5m',
      '"',
      '/',
      '-',
      ',',
      ':',
      'where',
      'no',
      'in',
    ];
    const more = [
      'rises',
      'more than',
      'vs',
      'T+',
      '..',
      'daily at',
      '09:00',
      'page',
      'by',
      'target',
      'between',
      '~',
      '50+',
    ];
    const text = fc.oneof(
      fc.string({ unit: 'grapheme', maxLength: 60 }),
      fc.array(fc.constantFrom(...words, ...more), { maxLength: 15 }).map((parts) => parts.join(' ')),
    );
    fc.assert(
      fc.property(fc.constantFrom(...sentences), text, (sentence, written) => {
        const parsed = entryPoints[sentence](written);
        if (parsed.ok) return true;
        const { start, end, message } = parsed.failure;
        return start >= 0 && start <= end && end <= written.length && message.length > 0;
      }),
      { numRuns: 3_000 },
    );
  });
});
