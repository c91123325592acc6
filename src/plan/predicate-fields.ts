import type { Predicate } from './model.ts';

/** The fields that a predicate reads; one may stand there twice. */
export function fieldsOf(predicate: Predicate | undefined): readonly string[] {
  if (predicate === undefined) return [];
  switch (predicate.kind) {
    case 'and':
    case 'or':
      return predicate.of.flatMap(fieldsOf);
    case 'not':
      return fieldsOf(predicate.of);
    default:
      return [predicate.field];
  }
}
