/** A piece of a sentence. Offsets are within the sentence. */
export interface SentenceToken {
  readonly kind:
    | 'word'
    | 'number'
    | 'duration'
    | 'offset'
    | 'time'
    | 'text'
    | 'operator'
    | 'bracket'
    | 'sign'
    | 'address';
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

const DURATION_WORDS = 'milliseconds?|seconds?|minutes?|hours?|days?|weeks?|ms|s|m|h|d|w';
const UNITS = '%|[KMGT]?B|[kMG]bps|x|points?';

const TOKEN = new RegExp(
  [
    '(?<text>"(?:[^"\\\\]|\\\\.)*(?:"|$)|(?<=matches\\s{1,8})/(?:[^/\\\\]|\\\\.)*(?:/|$))',
    '(?<offset>T[+-]\\d+(?:\\.\\d+)?(?:ms|[smhdw])?(?![\\p{L}\\p{N}_]))',
    '(?<time>\\d{4}-\\d{2}-\\d{2}(?:[ T]\\d{2}:\\d{2})?|\\d{2}:\\d{2}(?![\\d:]))',
    `(?<duration>\\d+(?:\\.\\d+)?\\s?(?:${DURATION_WORDS})(?![\\p{L}\\p{N}_/-]))`,
    `(?<number>-?[$€£]?\\d+(?:\\.\\d+)?(?:\\s?(?:${UNITS})(?![\\p{L}\\p{N}_-])|(?:ms|[smhd])(?=/))?(?:/(?:s|min|h|d)(?![\\p{L}\\p{N}_]))?)`,
    '(?<address>[\\p{L}_][\\p{L}\\p{N}_-]*:[^\\s,]+)',
    '(?<word>[\\p{L}_](?:[\\p{L}\\p{M}\\p{N}_]|-(?=[\\p{L}\\p{N}_]))*)',
    '(?<operator><=|>=|!=|\\.\\.|[<>=+*/-])',
    '(?<bracket>[()])',
    '(?<sign>[^\\s])',
  ].join('|'),
  'gu',
);

/** Cuts a sentence into tokens; every visible character belongs to one. */
export function sentenceTokens(sentence: string): readonly SentenceToken[] {
  const tokens: SentenceToken[] = [];
  for (const match of sentence.matchAll(TOKEN)) {
    const groups = match.groups ?? {};
    let kind: SentenceToken['kind'] = 'sign';
    for (const name of [
      'text',
      'offset',
      'time',
      'duration',
      'number',
      'address',
      'word',
      'operator',
      'bracket',
    ] as const) {
      if (groups[name] !== undefined) kind = name;
    }
    tokens.push({ kind, text: match[0], start: match.index, end: match.index + match[0].length });
  }
  return tokens;
}
