import type { DurationMs } from '#kernel/instant.ts';

/** One piece of a step's sentence, with its place in it. */
export interface Token {
  readonly kind: 'word' | 'number' | 'text' | 'operator' | 'comma' | 'unknown';
  /** As written, texts without their quotation marks. */
  readonly text: string;
  /** Of numbers: in base units (ms for time, bytes for sizes, fractions for percent, per second for rates; `$40` is 40). */
  readonly value: number;
  /** Of numbers: what is measured; empty for a bare number. */
  readonly measured: '' | 'time' | 'share' | 'size' | 'rate';
  readonly start: number;
  readonly end: number;
}

const TIMES: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};
const SIZES: Readonly<Record<string, number>> = {
  B: 1,
  KB: 1e3,
  MB: 1e6,
  GB: 1e9,
  TB: 1e12,
  KiB: 1024,
  MiB: 1024 ** 2,
  GiB: 1024 ** 3,
};
const RATES: Readonly<Record<string, number>> = { '/s': 1, '/min': 60, '/h': 3_600, '/d': 86_400 };

const PATTERN =
  /(?<text>"(?:[^"\\]|\\.)*")|(?<duration>-?(?:\d+(?:\.\d+)?(?:ms|[smhdw])(?![A-Za-z]))+|(?:\d+(?:\.\d+)?(?:ms|[smhdw]))+\b)|(?<number>-?[$€£]?\d+(?:\.\d+)?)(?<unit>%|\/[a-z]+|[KMGT]i?B|B)?(?![A-Za-z0-9_])|(?<word>[A-Za-z_./][\w.:/#@+-]*)|(?<operator><=|>=|!=|[<>=])|(?<comma>,)|(?<unknown>\S)/gu;

/** Cuts a sentence into tokens; what the language does not have comes out as `unknown`. */
export function tokensOf(sentence: string): readonly Token[] {
  return [...sentence.matchAll(PATTERN)].map((match) => {
    const groups = match.groups ?? {};
    const place = { start: match.index, end: match.index + match[0].length };
    const token = (kind: Token['kind'], text: string, value = 0, measured: Token['measured'] = ''): Token => ({
      kind,
      text,
      value,
      measured,
      ...place,
    });
    if (groups.text !== undefined) return token('text', groups.text.slice(1, -1).replace(/\\(.)/gu, '$1'));
    if (groups.duration !== undefined) return token('number', match[0], durationOf(match[0]) ?? 0, 'time');
    if (groups.number !== undefined)
      return numberToken(token, Number(groups.number.replace(/[$€£]/u, '')), groups.unit ?? '', match[0]);
    if (groups.word !== undefined) return token('word', groups.word);
    if (groups.operator !== undefined) return token('operator', groups.operator);
    return token(groups.comma === undefined ? 'unknown' : 'comma', match[0]);
  });
}

function numberToken(
  token: (kind: Token['kind'], text: string, value?: number, measured?: Token['measured']) => Token,
  amount: number,
  unit: string,
  text: string,
): Token {
  if (unit === '') return token('number', text, amount);
  // Divided, so that 3% is the number that the plan's own 3% is.
  if (unit === '%') return token('number', text, amount / 100, 'share');
  const size = SIZES[unit];
  if (size !== undefined) return token('number', text, amount * size, 'size');
  const rate = RATES[unit];
  return rate === undefined ? token('unknown', text) : token('number', text, amount / rate, 'rate');
}

/** `90s`, `1h30m`, `-10m` in milliseconds; undefined when it is none. */
export function durationOf(text: string): DurationMs | undefined {
  const match = /^(-?)((?:\d+(?:\.\d+)?(?:ms|[smhdw]))+)$/u.exec(text);
  if (match === null) return undefined;
  let total = 0;
  for (const part of (match[2] ?? '').matchAll(/(\d+(?:\.\d+)?)(ms|[smhdw])/gu)) {
    total += Number(part[1]) * (TIMES[part[2] ?? ''] ?? 0);
  }
  return match[1] === '-' ? -Math.round(total) : Math.round(total);
}

/** `T+10m`, `T-5m`, `T+0` in milliseconds from T+0; undefined when it is none. */
export function offsetOf(text: string): DurationMs | undefined {
  const match = /^T([+-])(.+)$/u.exec(text.trim());
  if (match === null) return undefined;
  const ms = match[2] === '0' ? 0 : durationOf(match[2] ?? '');
  if (ms === undefined || ms < 0) return undefined;
  return match[1] === '-' ? 0 - ms : ms;
}
