import type * as ast from '../expression/ast.ts';
import type { Unit } from '../model.ts';

/** A plain number of things. */
export const COUNT: Unit = { base: 'count', shown: '' };
export const FRACTION: Unit = { base: 'fraction', shown: '%' };
export const MILLISECONDS: Unit = { base: 'ms', shown: 'ms' };
export const PER_SECOND: Unit = { base: 'per-second', shown: '/s' };

/** A written unit as base and shown form. */
export function unitOf(unit: ast.Unit): Unit {
  const base = baseOf(unit);
  const shown = unit.per === undefined ? unit.text : `${unit.text}/${unit.per}`;
  return { base, shown };
}

function baseOf(unit: ast.Unit): string {
  const plain = plainBaseOf(unit);
  if (unit.per === undefined) return plain;
  return plain === 'count' ? 'per-second' : `${plain} per-second`;
}

function plainBaseOf(unit: ast.Unit): string {
  switch (unit.base) {
    case 'money':
    case 'word':
      return unit.text;
    case 'times':
      return 'times';
    default:
      return unit.base;
  }
}

/** Why a literal cannot be held against a figure of this unit, with the spellings offered; undefined when it can. */
export function misfit(
  quantity: ast.Quantity,
  unit: Unit,
  what: string,
): { readonly message: string; readonly hint: string } | undefined {
  const literal = unitOf(quantity.unit);
  if (literal.base === unit.base) return undefined;
  // A fraction of a division may also be told as a multiple.
  if (literal.base === 'times' && unit.base === 'fraction') return undefined;
  const written = quantityText(quantity);
  const isBare = literal.base === 'count';
  const amount = quantity.amount;
  switch (unit.base) {
    case 'fraction': {
      const [first, second] = amount < 1 ? [amount * 100, amount] : [amount, amount / 100];
      const hint = `Did you mean \`${tidy(first)}%\` or \`${tidy(second)}%\`?`;
      return isBare
        ? { message: `\`${written}\` has no unit, and ${what} is a share.`, hint }
        : {
            message: `\`${written}\` does not fit ${what}, which is a share.`,
            hint:
              literal.base === 'percent' || literal.base === 'pct'
                ? `Write \`${tidy(amount)}%\`.`
                : 'Write the number with `%`.',
          };
    }
    case 'ms':
      return {
        message: isBare
          ? `\`${written}\` has no unit, and ${what} is a time.`
          : `\`${written}\` is no time, and ${what} is.`,
        hint: isBare ? `Did you mean \`${tidy(amount)}ms\` or \`${tidy(amount)}s\`?` : timeHint(amount, literal.base),
      };
    case 'per-second':
      return {
        message: isBare
          ? `\`${written}\` has no unit, and ${what} is a rate.`
          : `\`${written}\` is no rate, and ${what} is.`,
        hint: `Did you mean \`${tidy(amount)}/min\` or \`${tidy(amount)}/s\`?`,
      };
    case 'count':
      return {
        message: `\`${written}\` does not fit ${what}, which is a plain number.`,
        hint:
          literal.base === 'fraction'
            ? `Write \`${tidy(amount)}\`, or compare a share: \`share(… where …)\`.`
            : `Write the number alone, or declare the unit of the field: \`with FIELD in ${literal.shown || 'UNIT'}\`.`,
      };
    default:
      return {
        message: `\`${written}\` does not fit ${what}, which is in ${unit.shown || unit.base}.`,
        hint: `Write the number with \`${unit.shown || unit.base}\`.`,
      };
  }
}

/** Other people's words for our units of time. */
function timeHint(amount: number, word: string): string {
  const own = /^(?:m(?:illi)?secs?|millis)$/i.test(word)
    ? 'ms'
    : /^secs?$/i.test(word)
      ? 's'
      : /^mins?$/i.test(word)
        ? 'm'
        : /^hrs?$/i.test(word)
          ? 'h'
          : undefined;
  return own === undefined ? 'Write `500ms` or `2s`.' : `Write \`${tidy(amount)}${own}\`.`;
}

/** The unit of a field's bare numbers as the base that readings come in. */
export function fieldUnit(text: string): Unit {
  const known: Readonly<Record<string, string>> = {
    ms: 'ms',
    s: 'ms',
    m: 'ms',
    h: 'ms',
    d: 'ms',
    '%': 'fraction',
    B: 'bytes',
    KB: 'bytes',
    MB: 'bytes',
    GB: 'bytes',
    TB: 'bytes',
    kbps: 'bits-per-second',
    Mbps: 'bits-per-second',
  };
  return { base: Object.hasOwn(known, text) ? (known[text] ?? text) : text, shown: text };
}

export function quantityText(quantity: ast.Quantity): string {
  const { text, per } = quantity.unit;
  const rate = per === undefined ? '' : `/${per}`;
  if (quantity.unit.base === 'money') return `${text}${quantity.amount}${rate}`;
  const space = quantity.unit.base === 'word' || quantity.unit.base === 'points' ? ' ' : '';
  return `${quantity.amount}${space}${text}${rate}`;
}

/** Numbers without the dust of binary fractions. */
function tidy(amount: number): string {
  return String(Number(amount.toPrecision(12)));
}
