import type { Formula } from './model.ts';

/** A formula that is made of two others. */
export type Arithmetic = Extract<Formula, { readonly left: Formula }>;

export function isArithmetic(formula: Formula): formula is Arithmetic {
  return 'left' in formula;
}
