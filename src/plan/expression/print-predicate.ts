import type * as ast from './ast.ts';
import { printQuantity, printText } from './print-quantity.ts';

export function printPredicate(predicate: ast.Predicate): string {
  switch (predicate.kind) {
    case 'and':
    case 'or':
      return predicate.of
        .map((part) => (part.kind === 'and' || part.kind === 'or' ? `(${printPredicate(part)})` : printPredicate(part)))
        .join(` ${predicate.kind} `);
    case 'not': {
      const isTest = predicate.of.kind !== 'and' && predicate.of.kind !== 'or' && predicate.of.kind !== 'not';
      return isTest ? `not ${printPredicate(predicate.of)}` : `not (${printPredicate(predicate.of)})`;
    }
    case 'compare':
      return `${predicate.field.name} ${predicate.operator} ${printFieldValue(predicate.value)}`;
    case 'in':
      return `${predicate.field.name} in (${predicate.values.map(printFieldValue).join(', ')})`;
    case 'text test':
      return `${predicate.field.name} ${predicate.test} ${printText(predicate.text)}`;
    case 'matches':
      return `${predicate.field.name} matches /${predicate.pattern}/`;
    case 'presence':
      return `${predicate.field.name} is ${predicate.is}`;
  }
}

/** With the word and a space before it; empty without a predicate. */
export function printWhere(where: ast.Predicate | undefined): string {
  return where === undefined ? '' : ` where ${printPredicate(where)}`;
}

function printFieldValue(value: ast.FieldValue): string {
  if (value.kind === 'text') return printText(value.text);
  return value.kind === 'boolean' ? String(value.value) : printQuantity(value);
}
