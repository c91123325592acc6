import type * as ast from './ast.ts';

/** A number in plain digits, never with an exponent. */
export function printDecimal(number: number): string {
  const shortest = String(number);
  return shortest.includes('e') ? number.toFixed(15).replace(/\.?0+$/u, '') : shortest;
}

export function printDuration(duration: ast.Duration): string {
  return `${printDecimal(duration.amount)}${duration.unit}`;
}

export function printQuantity(quantity: ast.Quantity): string {
  const { amount, unit } = quantity;
  const rate = unit.per === undefined ? '' : `/${unit.per}`;
  if (unit.base === 'money') {
    return `${amount < 0 ? '-' : ''}${unit.text}${printDecimal(Math.abs(amount))}${rate}`;
  }
  const space = unit.base === 'points' || unit.base === 'word' ? ' ' : '';
  return `${printDecimal(amount)}${space}${unit.text}${rate}`;
}

export function printUnit(unit: ast.Unit): string {
  return unit.per === undefined ? unit.text : `${unit.text}/${unit.per}`;
}

/** In quotation marks, with a backslash before `"` and `\`. */
export function printText(text: string): string {
  return `"${text.replace(/["\\]/gu, '\\$&')}"`;
}
