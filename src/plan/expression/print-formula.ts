import type * as ast from './ast.ts';
import { printWhere } from './print-predicate.ts';
import { printDecimal, printDuration, printQuantity } from './print-quantity.ts';

/** A formula within a condition. */
export function printFormula(formula: ast.Formula): string {
  return print(formula, 0, false);
}

/** The formula of a signal: there a window at the end is the signal's, so a reference's own stands in parentheses. */
export function printOwnFormula(formula: ast.Formula): string {
  return print(formula, 0, true);
}

const strengths = { '+': 1, '-': 1, '*': 2, '/': 2 } as const;

/** `strength` is that of the sign around it: a weaker formula gets parentheses, inside which references are free again. */
function print(formula: ast.Formula, strength: number, isOwn: boolean): string {
  switch (formula.kind) {
    case 'arithmetic': {
      const own = strengths[formula.operator];
      const isEnclosed = own < strength;
      const left = print(formula.left, own, isOwn && !isEnclosed);
      const right = print(formula.right, own + 1, isOwn && !isEnclosed);
      const text = `${left} ${formula.operator} ${right}`;
      return isEnclosed ? `(${text})` : text;
    }
    case 'reference':
      return printReference(formula, isOwn);
    case 'percent of': {
      const text = `${printQuantity(formula.percent)} of ${printReference(formula.of, false)}`;
      return isOwn && formula.of.window !== undefined ? `(${text})` : text;
    }
    case 'quantity':
      return printQuantity(formula);
    case 'ratio':
      return `ratio(${printFormula(formula.left)}, ${printFormula(formula.right)})`;
    case 'missing':
      return `missing(${printPath(formula.left)}, ${printPath(formula.right)}${printWithin(formula)}${printBy(formula.by)})`;
    case 'aggregate':
      return printAggregate(formula);
  }
}

function printWithin({ within }: ast.Missing): string {
  return within === undefined ? '' : ` within ${printDuration(within)}`;
}

function printReference(reference: ast.Reference, isOwn: boolean): string {
  const window = reference.window === undefined ? '' : ` ${printWindow(reference.window)}`;
  const text = `${printPath(reference.path)}${window}${printBy(reference.by)}`;
  return isOwn && reference.window !== undefined ? `(${text})` : text;
}

function printAggregate(aggregate: ast.Aggregate): string {
  const { path, where, having, by } = aggregate;
  const name = aggregate.quantile === undefined ? aggregate.function : printPercentile(aggregate.quantile);
  const groups = having === undefined ? '' : ` having count ${having.operator} ${having.count}`;
  return `${name}(${printPath(path)}${printWhere(where)}${groups}${printBy(by)})`;
}

/** 0.999 is `p99.9`. */
function printPercentile(quantile: number): string {
  return `p${printDecimal(Number((quantile * 100).toPrecision(15)))}`;
}

function printBy(by: ast.Field | undefined): string {
  return by === undefined ? '' : ` by ${by.name}`;
}

function printPath(path: ast.Path): string {
  return path.names.join('.');
}

/** `over 5m`, `per day`. */
export function printWindow(window: ast.Window): string {
  switch (window.kind) {
    case 'over':
      return `over ${printDuration(window.duration)}`;
    case 'per':
    case 'this':
      return `${window.kind} ${window.period}`;
    default:
      return window.kind;
  }
}
