import { hash64Hex } from '#kernel/hash64.ts';
import type { Formula, Measure, Predicate, Source } from '../model.ts';

/** A hash of a meaning: the same meaning in two versions of a plan has the same one. */
export function meaningHash(meaning: unknown): string {
  return hash64Hex(canonical(meaning));
}

/** JSON with sorted keys and without what is undefined. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (value !== null && typeof value === 'object') {
    const entries = Object.entries(value).filter(([, inner]) => inner !== undefined);
    const sorted = entries.toSorted(([left], [right]) => (left < right ? -1 : 1));
    return `{${sorted.map(([key, inner]) => `${JSON.stringify(key)}:${canonical(inner)}`).join(',')}}`;
  }
  return JSON.stringify(value);
}

/** The order of the parts of `and` and `or`, and of a list of values, means nothing. */
function predicateMeaning(predicate: Predicate | undefined): unknown {
  if (predicate === undefined) return undefined;
  if (predicate.kind === 'and' || predicate.kind === 'or') {
    return { kind: predicate.kind, of: predicate.of.map((part) => canonical(predicateMeaning(part))).toSorted() };
  }
  if (predicate.kind === 'not') return { kind: 'not', of: predicateMeaning(predicate.of) };
  if (predicate.kind === 'in')
    return { ...predicate, values: predicate.values.map((value) => canonical(value)).toSorted() };
  return predicate;
}

/** What of a source decides which events are counted; its name does not. */
export function sourceMeaning(source: Source): unknown {
  return {
    event: source.event,
    samples: source.samples,
    where: predicateMeaning(source.where),
    oncePer: source.oncePer,
    units: source.units,
  };
}

/** `partnerSource` is that of the measure's `partner`. */
export function measureId(measure: Omit<Measure, 'id' | 'text'>, source: Source, partnerSource?: Source): string {
  const { function: name, quantile, where, field, by, window, partner, graceMs } = measure;
  return meaningHash({
    function: name,
    quantile,
    field,
    by,
    window,
    where: predicateMeaning(where),
    source: sourceMeaning(source),
    partner: partnerSource && { field: partner?.field, source: sourceMeaning(partnerSource) },
    graceMs,
  });
}

/** Silence and its like by meaning. */
export function silenceId(source: Source, where: Predicate | undefined, forMs: number): string {
  return meaningHash({ kind: 'silence', source: sourceMeaning(source), where: predicateMeaning(where), forMs });
}

/** A formula is its own meaning: its measures are hashes already. */
export function comparisonId(test: {
  readonly left: Formula;
  readonly comparison: unknown;
  readonly by: readonly string[];
  readonly atLeast: number;
}): string {
  return meaningHash({
    kind: 'comparison',
    left: test.left,
    comparison: test.comparison,
    by: test.by,
    atLeast: test.atLeast,
  });
}
