import { type Mistake, problemOf } from './attempt.ts';

const unit = '\\s?(?:%|points?|[a-zA-Z]+)?';

const openEnd: Mistake = ({ judging, masked, text }) => {
  if (!judging) return undefined;
  // `50+ in 1 minute` is no sum, `50 + x` is.
  const match = new RegExp(
    `(?<![\\p{L}\\p{N}_.-])(\\d[\\d.,]*${unit})\\+(?!\\s*(?!(?:in|for|and|or)\\s)[\\p{L}\\p{N}_(])`,
    'u',
  ).exec(masked);
  if (match === null) return undefined;
  const number = text.slice(match.index, match.index + match[0].length - 1);
  return problemOf(
    'E210',
    match,
    `\`${match[0]}\` does not say whether ${number} itself is meant.`,
    `Write \`>= ${number}\` or \`> ${number}\`.`,
  );
};

const approximate: Mistake = ({ judging, masked }) => {
  if (!judging) return undefined;
  const match =
    /[~≈±]|(?<![\p{L}\p{N}_.-])(?:about|around|approximately|approx\.?|roughly|circa|ca\.|nearly|almost)(?![\p{L}\p{N}_-])/u.exec(
      masked,
    );
  if (match === null) return undefined;
  const number = /^\s*[<>=]*\s*([$€£]?\d[\d.]*\s?(?:%|[a-zA-Z]+)?)/u.exec(
    masked.slice(match.index + match[0].length),
  )?.[1];
  const shown = number?.trim() ?? '50';
  return problemOf(
    'E211',
    match,
    `\`${match[0]}\` leaves open where the line is.`,
    `Write \`>= ${shown}\` or \`<= ${shown}\`; for a range \`between … and …\`.`,
  );
};

const range: Mistake = ({ judging, masked }) => {
  if (!judging) return undefined;
  const match = new RegExp(
    `(?<![\\p{L}\\p{N}_.:-])(\\d+(?:\\.\\d+)?)(${unit})(?:\\s?[-–—]\\s?|\\s+to\\s+)(\\d+(?:\\.\\d+)?)(${unit})(?![\\d:-])`,
    'u',
  ).exec(masked);
  if (match === null) return undefined;
  const [, low, lowUnit, high, highUnit] = match;
  const own = highUnit?.trim() ?? '';
  const shared = isWordOfLanguage(own) ? '' : own;
  const first = lowUnit?.trim() || shared;
  const between = `between ${low}${spaced(first)} and ${high}${spaced(shared)}`;
  const trimmed = match[0].trimEnd();
  return problemOf(
    'E212',
    {
      ...match,
      index: match.index,
      0: shared === own ? trimmed : trimmed.slice(0, trimmed.length - own.length).trimEnd(),
    },
    'A range does not say whether its ends belong to it.',
    `Write \`${between}\`, with both ends, or two signs.`,
  );
};

const foreignNumber: Mistake = ({ judging, masked }) => {
  if (!judging) return undefined;
  const match =
    /(?<![\p{L}\p{N}_.-])\d{1,3}(?:[,'’_]\d{3})+(?![\d])|(?<![\p{L}\p{N}_.-])\d+,\d+|(?<![\p{L}\p{N}_)])\.\d+|(?<![\p{L}\p{N}_.-])\d+(?:\.\d+)?(?:[eE][+-]?\d+|k|K)(?![\p{L}\p{N}_])/u.exec(
      masked,
    );
  if (match === null) return undefined;
  return problemOf(
    'E228',
    match,
    `\`${match[0]}\` is not how the language writes numbers.`,
    `Write \`${plain(match[0])}\`.`,
  );
};

/** `100$` and `%10`: the sign on the other side. */
const signOnOtherSide: Mistake = ({ judging, masked }) => {
  if (!judging) return undefined;
  const match = /(?<![\p{L}\p{N}_.$€£-])(?:(\d+(?:\.\d+)?)\s?([$€£])(?!\d)|%\s?(\d+(?:\.\d+)?)(?![\p{L}\d%]))/u.exec(
    masked,
  );
  if (match === null) return undefined;
  const own = match[3] === undefined ? `${match[2]}${match[1]}` : `${match[3]}%`;
  return problemOf('E228', match, `\`${match[0]}\` is not how the language writes numbers.`, `Write \`${own}\`.`);
};

/** Mistakes in the numbers themselves, by their look. */
export const numberMistakes: readonly Mistake[] = [openEnd, approximate, range, foreignNumber, signOnOtherSide];

function plain(written: string): string {
  if (/^\d{1,3}(?:[,'’_]\d{3})+$/u.test(written)) return written.replace(/[,'’_]/gu, '');
  if (written.startsWith('.')) return `0${written}`;
  if (/k$/iu.test(written)) return String(Number(written.slice(0, -1)) * 1000);
  if (/e/iu.test(written)) return String(Number(written));
  return written.replace(',', '.');
}

function isWordOfLanguage(word: string): boolean {
  return /^(?:for|in|and|or|of|vs|within|over|by|per|relative)$/u.test(word);
}

function spaced(shown: string): string {
  return shown === '' || /^(?:%|ms|[smhdwBx]|[KMGT]B)$/u.test(shown) ? shown : ` ${shown}`;
}
