import type * as ast from '../expression/ast.ts';
import type { MeasureFunction, Unit } from '../model.ts';
import { COUNT, FRACTION, fieldUnit, MILLISECONDS, PER_SECOND } from './units.ts';

/** An aggregate as its function is written: `p95`. */
export function functionName(node: ast.Aggregate): string {
  if (node.function !== 'percentile') return node.function;
  return `p${Number(((node.quantile ?? 0) * 100).toPrecision(6))}`;
}

/** What an aggregate of a field is in. */
export function unitOfAggregate(
  name: MeasureFunction,
  field: string | undefined,
  units: Readonly<Record<string, string>>,
): Unit {
  if (name === 'count' || name === 'unique') return COUNT;
  if (name === 'share') return FRACTION;
  if (field === 'duration') return MILLISECONDS;
  const declared = field !== undefined && Object.hasOwn(units, field) ? units[field] : undefined;
  if (name === 'rate') {
    if (declared === undefined || declared === '') return PER_SECOND;
    return { base: `${fieldUnit(declared).base} per-second`, shown: `${declared}/s` };
  }
  return declared === undefined || declared === '' ? COUNT : fieldUnit(declared);
}
