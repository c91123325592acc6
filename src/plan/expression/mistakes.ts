import { suggest } from '../text/nearest-name.ts';
import { type Mistake, problemAt } from './attempt.ts';
import { wordAt } from './expected.ts';
import { changeMistakes } from './mistakes-of-change.ts';
import { numberMistakes } from './mistakes-of-number.ts';
import { stateMistakes } from './mistakes-of-state.ts';
import { timeMistakes } from './mistakes-of-time.ts';
import { unclosedLiteral } from './sentence.ts';

const unclosed: Mistake = ({ masked, text }) => {
  const start = unclosedLiteral(masked);
  if (start === undefined) return undefined;
  const sign = text[start] ?? '"';
  return problemAt(
    'E234',
    start,
    text.length - start,
    `\`${sign}\` is opened but not closed.`,
    `Add \`${sign}\` at its end.`,
  );
};

const beginsWithSign: Mistake = ({ rule, masked, text }) => {
  if (rule === 'BoundSentence' || rule === 'StepTargetsSentence') return undefined;
  const match = /^\s*([<>=!≤≥]=?)/u.exec(masked);
  if (match === null) return undefined;
  const sign = match[1] ?? '';
  if (rule === 'ClockSlaSentence' || rule === 'DurationSentence') {
    const message = 'A time that is kept to has no sign: it is met before its end.';
    return problemAt(
      'E222',
      match[0].length - sign.length,
      sign.length,
      message,
      `Write \`${text.slice(match[0].length).trim()}\`.`,
    );
  }
  const word = rule === 'BandsSentence' ? 'target' : 'error_rate';
  const start = match[0].length - sign.length;
  return problemAt('E222', start, sign.length, 'A sentence begins with a word.', `Write \`${word} ${text.trim()}\`.`);
};

/** Signs of other languages and words for signs, with the spelling to use. */
const spellings: ReadonlyMap<string, string> = new Map([
  ['==', '='],
  ['=>', '>='],
  ['=<', '<='],
  ['<>', '!='],
  ['=~', 'matches'],
  ['≥', '>='],
  ['≤', '<='],
  ['≠', '!='],
  ['&&', 'and'],
  ['||', 'or'],
  ['AND', 'and'],
  ['OR', 'or'],
  ['NOT', 'not'],
]);

const foreignSign: Mistake = ({ masked }) => {
  const match = /==|=>|=<|<>|=~|[≥≤≠]|&&|\|\||(?<![\p{L}\p{N}_-])(?:AND|OR|NOT)(?![\p{L}\p{N}_-])/u.exec(masked);
  if (match === null) return undefined;
  const own = spellings.get(match[0]) ?? '=';
  return problemAt('E227', match.index, match[0].length, `The language has no \`${match[0]}\`.`, `Write \`${own}\`.`);
};

const mixedWords: Mistake = ({ masked, offset, endExpected, expected }) => {
  const word = /^(?:and|or)(?![\p{L}\p{N}_-])/u.exec(masked.slice(offset))?.[0];
  if (word === undefined) return undefined;
  const before = masked.slice(0, offset);
  if (/(?<![\p{L}\p{N}_-])for\s+[\d.]+\s*[a-z]+\s*$/u.test(before)) {
    const inner = before.trimEnd();
    const start = Math.max(inner.lastIndexOf('for '), 0);
    return problemAt(
      'E215',
      start,
      inner.length - start,
      '`for` ends a whole condition; inside one it needs parentheses.',
      `Put them around the part that lasts, as in \`(cpu > 80% for 5m) ${word} …\`, or move \`for\` to the end.`,
    );
  }
  const other = word === 'and' ? 'or' : 'and';
  const boundary = new RegExp(`(?<![\\p{L}\\p{N}_-])${other}(?![\\p{L}\\p{N}_-])`, 'u');
  if (!boundary.test(before) || !(endExpected || expected.includes(other) || expected.includes(')'))) return undefined;
  return problemAt(
    'E214',
    offset,
    word.length,
    '`and` stands with `or` without parentheses.',
    `Put parentheses around what belongs together: \`(a ${other} b) ${word} c\` or \`a ${other} (b ${word} c)\`.`,
  );
};

const functionNames =
  'count, rate, share, ratio, unique, sum, avg, min, max, median, p50 to p99.9, last, age, availability, burn, top_share, duplicates, missing';
const callable =
  /^(?:and|or|not|in|where|is|count|rate|share|ratio|unique|sum|avg|min|max|median|last|age|availability|burn|top_share|duplicates|missing)$/u;

const unknownFunction: Mistake = ({ masked, judging }) => {
  if (!judging) return undefined;
  for (const match of masked.matchAll(/(?<![\p{L}\p{N}_.-])([\p{L}_][\p{L}\p{N}_.-]*)\(/gu)) {
    const name = match[1] ?? '';
    const percentile = /^p(\d+(?:\.\d+)?)$/u.exec(name)?.[1];
    if (callable.test(name) || (percentile !== undefined && Number(percentile) > 0 && Number(percentile) < 100))
      continue;
    return problemAt(
      'E225',
      match.index,
      name.length,
      `There is no function \`${name}\`.`,
      suggest(name, functionNames.split(', '), `Use one of ${functionNames}.`) ?? '',
    );
  }
  return undefined;
};

const unquotedText: Mistake = ({ masked, text, offset, expected }) => {
  if (!expected.includes('text in quotation marks')) return undefined;
  const typographic = /^[“”„‟«»‘’]([^“”„‟«»‘’"]*)[“”„‟«»‘’"]?/u.exec(masked.slice(offset));
  if (typographic !== null) {
    const hint = `Write \`"${typographic[1]?.trim()}"\`.`;
    return problemAt('E226', offset, typographic[0].length, 'Text stands in straight quotation marks.', hint);
  }
  const word = /^(?:'[^']*'|[\p{L}_][\p{L}\p{N}_-]*)/u.exec(masked.slice(offset))?.[0];
  if (word === undefined) return undefined;
  const bare = text.slice(offset, offset + word.length).replaceAll("'", '');
  return problemAt('E226', offset, word.length, 'Text stands in quotation marks.', `Write \`"${bare}"\`.`);
};

const signMissing: Mistake = ({ masked, text, offset, expected }) => {
  if (!expected.some((each) => each.startsWith('a sign '))) return undefined;
  const number = /^[$€£]?\d[\d.]*\s?(?:%|[a-zA-Z]+)?/u.exec(masked.slice(offset))?.[0]?.trimEnd();
  if (number === undefined) return undefined;
  const written = text.slice(offset, offset + number.length);
  return problemAt(
    'E213',
    offset,
    number.length,
    `\`${written}\` has no sign: above it, below it, or exactly it?`,
    `Write \`>= ${written}\` or \`> ${written}\`; for the other direction \`<= ${written}\` or \`< ${written}\`.`,
  );
};

/** Words where a sign stands. */
const signWords: readonly (readonly [RegExp, string])[] = [
  [/^(?:is\s+)?(?:above|exceeds|over|more than|greater than|higher than)(?![\p{L}\p{N}_-])/u, '>'],
  [/^(?:is\s+)?(?:below|under|less than|lower than|fewer than)(?![\p{L}\p{N}_-])/u, '<'],
  [/^(?:is\s+)?at least(?![\p{L}\p{N}_-])/u, '>='],
  [/^(?:is\s+)?(?:at most|up to)(?![\p{L}\p{N}_-])/u, '<='],
  [/^(?:equals|equal to|is equal to)(?![\p{L}\p{N}_-])/u, '='],
];

const signInWords: Mistake = ({ rule, masked, offset, judging }) => {
  if (!judging || rule === 'SignalSentence' || rule === 'SourceSentence') return undefined;
  // The parser may have read on into `is` or `over`, which begin other sentences.
  const before = masked.slice(0, offset).search(/(?:is|over|at|more)\s+$/u);
  const starts = before < 0 ? [offset] : [before, offset];
  for (const start of starts) {
    for (const [pattern, sign] of signWords) {
      const words = pattern.exec(masked.slice(start))?.[0];
      if (words === undefined) continue;
      return problemAt('E227', start, words.length, `A comparison has a sign, not \`${words}\`.`, `Write \`${sign}\`.`);
    }
  }
  return undefined;
};

const withoutSpaces: Mistake = ({ masked, text, offset, judging }) => {
  if (!judging) return undefined;
  const sign = masked[offset];
  const at = sign === '/' || sign === '-' ? offset : masked.slice(0, offset).search(/(?<=\S)[/-]\s*$/u);
  if (at < 1) return undefined;
  const found = text[at] ?? '/';
  return problemAt(
    'E230',
    at,
    1,
    `\`${found}\` stands between spaces.`,
    `Write \`a ${found} b\`; a hyphen without spaces belongs to a name.`,
  );
};

const reservedWord: Mistake = ({ masked, offset, expected }) => {
  if (!expected.includes('a name') && !expected.includes('a field')) return undefined;
  const word = wordAt(masked, offset);
  if (!/^(?:and|or|not|where|by|for|in|over|per|of|vs|is|having|between|likely)$/u.test(word)) return undefined;
  return problemAt(
    'E235',
    offset,
    word.length,
    `A name is missing before \`${word}\`, or \`${word}\` is meant as one: the language uses that word.`,
    'Write the name that belongs here.',
  );
};

/** A signal has `over`; a measure that is written out in a condition gets its window at the end. */
const windowOfMeasure: Mistake = ({ rule, masked, offset }) => {
  if (rule !== 'ConditionSentence') return undefined;
  const match = /\)\s+(over\s+(\d+\s*[a-z]+))(?=\s*[<>=!]|\s+(?:is|between|rises|drops)\b)/u.exec(masked);
  if (match === null || offset < match.index) return undefined;
  const start = match.index + match[0].length - (match[1] ?? '').length;
  return problemAt(
    'E200',
    start,
    (match[1] ?? '').length,
    'A measure that is written out gets its window at the end.',
    `Write \`… > 20% in ${match[2]}\`, or name the measure under \`signals\`.`,
  );
};

/** Other signs for `..`, and times that do not say from when. */
const spanSign: Mistake = ({ rule, masked, offset, expected }) => {
  if (rule !== 'SpanSentence') return undefined;
  const unanchored = /^\s*(\d+(?:\.\d+)?\s*[a-z]*)\s*(?:\.\.|[-–—]|to)\s*(\d+(?:\.\d+)?\s*[a-z]+)\s*$/u.exec(masked);
  if (unanchored !== null) {
    const from = Number.parseFloat(unanchored[1] ?? '0') === 0 ? 'T+0' : `T+${unanchored[1]?.replaceAll(' ', '')}`;
    const hint = `Write \`${from} .. T+${unanchored[2]?.replaceAll(' ', '')}\`.`;
    return problemAt('E200', 0, masked.trimEnd().length, 'Times of a phase count from the launch, T+0.', hint);
  }
  const dots = masked.slice(0, offset).endsWith('..') && masked[offset] === '.' ? offset - 2 : offset;
  const sign = /^(?:\.{3,}|…|[-–—]|(?:to|until|till)(?![\p{L}\p{N}]))/u.exec(masked.slice(dots))?.[0];
  if (sign === undefined || (dots === offset && !expected.includes('..'))) return undefined;
  return problemAt('E227', dots, sign.length, `The language has no \`${sign}\` here.`, 'Write `..`.');
};

/** People are named, not their mail addresses. */
const mailRecipient: Mistake = ({ rule, text }) => {
  if (rule !== 'RecipientSentence' && rule !== 'RecipientsSentence') return undefined;
  const match = /[^\s,@]+@[^\s,@]+/u.exec(text);
  if (match === null) return undefined;
  const name = (match[0].split('@', 1)[0] ?? 'mia').replace(/[^A-Za-z0-9_-]/g, '-');
  return problemAt(
    'E200',
    match.index,
    match[0].length,
    'A recipient is a person, a role or a channel, not a mail address.',
    `Write \`people: { ${name}: { email: ${match[0]} } }\`, and here \`${name} by email\`.`,
  );
};

const severalWays: Mistake = ({ rule, masked, offset }) => {
  if (rule !== 'EscalationStepSentence' && rule !== 'RecipientsSentence') return undefined;
  if (!/^(?:by|,|in)(?![\p{L}\p{N}_-])/u.test(masked.slice(offset)) || !/\sby\s/u.test(masked.slice(0, offset)))
    return undefined;
  const hint =
    rule === 'RecipientsSentence'
      ? 'Put a comma between them: `mia by sms, bob by email`.'
      : 'Write one step for each, or leave the channels to the persons.';
  return problemAt(
    'E233',
    offset,
    wordAt(masked, offset).length,
    'Several recipients have ways of their own here.',
    hint,
  );
};

/** In the order in which they are tried: what is said outright comes before what is guessed from the place. */
export const mistakes: readonly Mistake[] = [
  unclosed,
  beginsWithSign,
  ...numberMistakes,
  foreignSign,
  ...stateMistakes,
  ...changeMistakes,
  ...timeMistakes,
  mixedWords,
  unknownFunction,
  unquotedText,
  signMissing,
  windowOfMeasure,
  spanSign,
  mailRecipient,
  signInWords,
  severalWays,
  reservedWord,
  withoutSpaces,
];
