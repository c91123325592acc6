import { type Mistake, problemOf } from './attempt.ts';

/** States of probes, jobs and what people judge, as people say them, with the word of the language. */
const states: ReadonlyMap<string, string> = new Map([
  ['wrong', 'wrong'],
  ['differs', 'differs'],
  ['differ', 'differs'],
  ['differing', 'differs'],
  ['different', 'differs'],
  ['late', 'late'],
  ['failed', 'failed'],
  ['failing', 'failing'],
  ['down', 'failing'],
  ['passing', 'passing'],
  ['up', 'passing'],
  ['firing', 'firing'],
]);

const counts: ReadonlyMap<string, number> = new Map([
  ['once', 1],
  ['twice', 2],
  ['thrice', 3],
  ['one', 1],
  ['two', 2],
  ['three', 3],
  ['four', 4],
  ['five', 5],
]);

/** `backup is late`: a state stands right after the name. */
const stateWithIs: Mistake = ({ rule, masked, offset }) => {
  if (rule !== 'ConditionSentence') return undefined;
  const pattern = /(?<![\p{L}\p{N}_.-])([\p{L}_][\p{L}\p{N}_.-]*)\s+(?:is|are)\s+([a-z]+)(?![\p{L}\p{N}_-])/gu;
  for (const match of masked.matchAll(pattern)) {
    const state = states.get(match[2] ?? '');
    if (state === undefined || !holds(match, offset)) continue;
    return afterName(match, 'A state stands right after the name.', state);
  }
  const differ = /(?<![\p{L}\p{N}_.-])([\p{L}_][\p{L}\p{N}_.-]*)\s+(?:differ|differing|different)(?![\p{L}\p{N}_-])/u;
  const match = differ.exec(masked);
  return match === null || !holds(match, offset)
    ? undefined
    : afterName(match, 'The state of a comparison has another word.', 'differs');
};

/** `health fails twice`: failures are counted in a row. */
const failsTimes: Mistake = ({ rule, masked, offset }) => {
  if (rule !== 'ConditionSentence') return undefined;
  const pattern =
    /(?<![\p{L}\p{N}_.-])([\p{L}_][\p{L}\p{N}_.-]*)\s+fails\s+(once|twice|thrice|(?:[a-z]+|\d{1,6})(?=\s+times?(?![\p{L}\p{N}_-])))(?:\s+times?)?(?![\p{L}\p{N}_-])/gu;
  for (const match of masked.matchAll(pattern)) {
    if (!holds(match, offset)) continue;
    const word = match[2] ?? '';
    const times = counts.get(word) ?? Number(word);
    if (!Number.isInteger(times)) return undefined;
    return afterName(match, 'Failures are counted in a row.', `fails ${times} times in a row`);
  }
  return undefined;
};

/** Whether the parser stopped in what was found, or just after it. */
function holds(match: RegExpExecArray, offset: number): boolean {
  return offset >= match.index && offset <= match.index + match[0].length + 1;
}

/** What stands after the name is marked; the name with the words that belong there is the hint. */
function afterName(match: RegExpExecArray, message: string, words: string): ReturnType<Mistake> {
  const name = match[1] ?? '';
  const rest = match[0].slice(name.length);
  const written = rest.trimStart();
  const index = match.index + name.length + rest.length - written.length;
  return problemOf('E227', { index, 0: written }, message, `Write \`${name} ${words}\`.`);
}

export const stateMistakes: readonly Mistake[] = [stateWithIs, failsTimes];
