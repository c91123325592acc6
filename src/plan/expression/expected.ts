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
    wanted === '' ? `This was not understood from here on: ${found}.` : `Expected ${wanted}, but ${found} here.`;
  return { code: 'E200', message, start: offset, end: offset + word.length };
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
  const all = [...things, ...[...signs].sort((left, right) => right.length - left.length || (left < right ? -1 : 1))];
  const room = shownMax - end.length;
  const shown = all.length > room ? [...all.slice(0, room - 1), ...end, 'something else'] : [...all, ...end];
  if (shown.length < 2) return shown.join('');
  return `${shown.slice(0, -1).join(', ')} or ${shown.at(-1)}`;
}
