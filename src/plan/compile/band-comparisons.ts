import type { Bands, BandTest, ByPhase, ComparisonTest, Operator } from '../model.ts';
import { valueAt } from '../phases.ts';
import { valuesOf } from './by-phase.ts';

/**
 * The band of a level as a comparison: with a number, or with one for each phase. `absent` when the objective has no such band, `waits` when some
 * phase has none, or another sign than the others.
 */
export function bandComparison(
  bands: ByPhase<Bands>,
  level: keyof Bands,
  phases: ReadonlySet<string>,
): ComparisonTest['comparison'] | 'absent' | 'waits' {
  const all = valuesOf(bands).map((inForce) => inForce[level]);
  const found = all.filter((band) => band !== undefined && band !== 'unset');
  const [first] = found;
  if (first === undefined) return 'absent';
  if (found.every((band) => isEqual(band, first)) && found.length === all.length && bands.otherwise !== undefined) {
    return comparisonWith(first);
  }
  if (first.operator === 'between' || found.length < all.length) return 'waits';
  if (found.some(({ operator }) => operator !== first.operator)) return 'waits';
  // Outside of all phases it may be unknown; within one, whoever reads the rule counts on it.
  if ([...phases].some((phase) => valueAt(bands, phase) === undefined)) return 'waits';
  const boundOf = (inForce: Bands): number => {
    const band = inForce[level];
    return band === undefined || band === 'unset' || band.operator === 'between' ? Number.NaN : band.value;
  };
  const own = Object.entries(bands.phases ?? {}).map(([phase, inForce]) => [phase, boundOf(inForce)] as const);
  const values = {
    ...(bands.otherwise === undefined ? {} : { otherwise: boundOf(bands.otherwise) }),
    ...(own.length === 0 ? {} : { phases: Object.fromEntries(own) }),
  };
  return { operator: first.operator, right: { kind: 'by-phase', values } };
}

function comparisonWith(band: BandTest): ComparisonTest['comparison'] {
  const constant = (value: number) => ({ kind: 'constant', value }) as const;
  return band.operator === 'between'
    ? { operator: 'between', low: constant(band.low), high: constant(band.high) }
    : { operator: band.operator as Operator, right: constant(band.value) };
}

function isEqual(one: BandTest, other: BandTest): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
