import type { Attempt } from './attempt.ts';
import type { ExpressionProblem } from './problem.ts';

/** More would not be read. */
const shownMax = 6;

/** The general answer: what could have stood where the parser came no further. */
export function unreadableAt(attempt: Attempt): ExpressionProblem {
  const { text, offset } = attempt;
  const word = wordAt(text, offset);
  const found = word === '' ? 'the sentence ends' : `\`${word}\` stands`;
  const wanted = wantedInWords(attempt);
  const message =
    wanted !== ''
      ? `Expected ${wanted}, but ${found} here.`
      : word === ''
        ? 'The sentence ends too soon.'
        : `\`${word}\` does not belong here, or a space is missing before it.`;
  const hint = hintAt(attempt, word);
  const problem: ExpressionProblem = { code: 'E200', message, start: offset, end: offset + word.length };
  return hint === undefined ? problem : { ...problem, hint };
}

/** Two slips that are common enough to be named: a comma left out, and a name of two words. */
function hintAt({ text, offset, expected }: Attempt, word: string): string | undefined {
  if (!/^[\p{L}_]/u.test(word)) return undefined;
  if (expected.includes(',') && /^(?:target|warning|critical|at)$/u.test(word))
    return `Put a comma before \`${word}\`.`;
  const before = /(?:^|[\s(])([\p{L}_][\p{L}\p{N}_-]*)\s+$/u.exec(text.slice(0, offset))?.[1];
  const isOfFigure = expected.some((each) => each.startsWith('a sign ') || each === 'over');
  if (before === undefined || !isOfFigure) return undefined;
  return `A name has no spaces: is \`${before}_${word}\` meant?`;
}

/** The word, number or sign that begins at an offset; empty at the end of the sentence. */
export function wordAt(text: string, offset: number): string {
  return /^(?:[\p{L}\p{M}\p{N}_.-]+|"[^"]*"?|\S)/u.exec(text.slice(offset))?.[0] ?? '';
}

/** Signs and words in backticks, kinds of things as they are: "`and`, a duration (5m) or the end of the sentence". */
function wantedInWords(attempt: Attempt): string {
  const things = new Set<string>();
  const signs = new Set<string>();
  for (const each of attempt.expected) {
    if (each === 'space') continue;
    if (/^(?:a|an|the|text) /u.test(each)) things.add(each);
    else signs.add(`\`${each}\``);
  }
  const end = attempt.endExpected ? ['the end of the sentence'] : [];
  const all = [...things, ...[...signs].filter(isWord), ...[...signs].filter((sign) => !isWord(sign))];
  const room = shownMax - end.length;
  const shown = all.length > room ? [...all.slice(0, room - 1), ...end, 'something else'] : [...all, ...end];
  if (shown.length < 2) return shown.join('');
  return `${shown.slice(0, -1).join(', ')} or ${shown.at(-1)}`;
}

/** Words say more of what is meant than `*` and `+`, which may stand after any number. */
function isWord(sign: string): boolean {
  return /\p{L}/u.test(sign);
}
