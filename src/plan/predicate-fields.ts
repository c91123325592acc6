import type { Predicate } from './model.ts';

/** The fields that a predicate reads; one may stand there twice. */
export function fieldsOf(predicate: Predicate | undefined): readonly string[] {
  return predicate === undefined ? [] : leavesOf(predicate).map(({ field }) => field);
}

/** A predicate, compiled or as it was parsed: `of` has what *and*, *or* and *not* are of, and a test of a field has none. */
interface Part<Of> {
  readonly kind: string;
  readonly of?: Of | readonly Of[];
}

/** The tests of fields that a predicate is made of. */
export function leavesOf<Of extends Part<Of>>(predicate: Of): readonly Exclude<Of, { readonly of: unknown }>[] {
  const { of } = predicate;
  if (of === undefined) return [predicate as Exclude<Of, { readonly of: unknown }>];
  return [of].flat().flatMap((part) => leavesOf(part as Of));
}
