import type { Operator, Predicate } from '#plan/model.ts';
import { compileMatcher } from '../predicate.ts';
import type { FieldColumn, RouteColumns } from './field-column.ts';
import { copySelection, type Selection } from './selection.ts';

/** Puts those rows of `from` for which a predicate holds into `into`, which may be the same selection. */
export type Selector = (from: Selection, into: Selection) => void;

/** Compiles a predicate to a filter of rows; it holds for the same records as `compilePredicate` says. */
export function compileSelector(predicate: Predicate, columns: RouteColumns): Selector {
  if (predicate.kind === 'and') {
    const [first, ...rest] = predicate.of.map((part) => compileSelector(part, columns));
    return (from, into) => {
      if (first === undefined) copySelection(from, into);
      else first(from, into);
      for (const selector of rest) selector(into, into);
    };
  }
  // What is compared with a number is compared in a column of numbers: what is no number is NaN there, for which only != holds.
  if (predicate.kind === 'compare' && typeof predicate.value === 'number') {
    return numberSelector(columns.of(predicate.field), predicate.operator, predicate.value);
  }
  const matches = compileMatcher<number>(predicate, (field) => {
    const column = columns.of(field);
    return (row) => column.values()[row];
  });
  return (from, into) => {
    const { rows, count } = from;
    const selected = into.rows;
    let kept = 0;
    for (let index = 0; index < count; index++) {
      const row = rows[index] as number;
      if (matches(row)) selected[kept++] = row;
    }
    into.count = kept;
  };
}

/** Every operator asks whether a number lies in a range, both ends included, or outside of it: one loop does for all of them. */
function numberSelector(column: FieldColumn, operator: Operator, value: number): Selector {
  const [low, high] = rangeOf(operator, value);
  const wanted = operator !== '!=';
  return (from, into) => {
    const numbers = column.numbers();
    const { rows, count } = from;
    const selected = into.rows;
    let kept = 0;
    for (let index = 0; index < count; index++) {
      const row = rows[index] as number;
      const number = numbers[row] as number;
      selected[kept] = row;
      if ((number >= low && number <= high) === wanted) kept++;
    }
    into.count = kept;
  };
}

function rangeOf(operator: Operator, value: number): readonly [low: number, high: number] {
  switch (operator) {
    case '=':
    case '!=':
      return [value, value];
    case '<':
      return [Number.NEGATIVE_INFINITY, -nextAbove(-value)];
    case '<=':
      return [Number.NEGATIVE_INFINITY, value];
    case '>':
      return [nextAbove(value), Number.POSITIVE_INFINITY];
    case '>=':
      return [value, Number.POSITIVE_INFINITY];
  }
}

/** The least number above this one (IEEE 754 nextUp); NaN, which nothing equals, when there is none. */
function nextAbove(value: number): number {
  if (Number.isNaN(value) || value === Number.POSITIVE_INFINITY) return Number.NaN;
  if (value === 0) return Number.MIN_VALUE;
  const bits = new DataView(new ArrayBuffer(8));
  bits.setFloat64(0, value);
  bits.setBigInt64(0, bits.getBigInt64(0) + (value > 0 ? 1n : -1n));
  return bits.getFloat64(0);
}
