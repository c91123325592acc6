/** Counts of one histogram: how many observations up to a bound. */
export interface BucketCount {
  readonly bound: number;
  readonly count: number;
}

/** The definition of a percentile of histograms: everything is worked out anew from all counts. */
export function referenceBuckets(
  counted: readonly BucketCount[],
  quantile: number,
): { readonly sampleSize: number; readonly value?: number } {
  const bounds = [...new Set(counted.map(({ bound }) => bound))].sort((left, right) => left - right);
  if (bounds.at(-1) !== Number.POSITIVE_INFINITY) return { sampleSize: 0 };
  const counts = bounds.map((bound) =>
    counted.reduce((sum, point) => (point.bound === bound ? sum + point.count : sum), 0),
  );
  // What is below a bound is below the next as well, whatever instances with other bounds add up to.
  const upTo = counts.map((_, index) => Math.max(0, ...counts.slice(0, index + 1)));
  const sampleSize = Math.floor(counts.at(-1) ?? 0);
  const finite = bounds.slice(0, -1);
  const [first, largest] = [finite[0], finite.at(-1)];
  if (first === undefined || largest === undefined) return { sampleSize };
  const rank = quantile * (upTo.at(-1) ?? 0);
  const place = finite.findIndex((_, index) => (upTo[index] ?? 0) >= rank);
  if (place < 0) return { value: largest, sampleSize };
  if (place === 0 && first <= 0) return { value: first, sampleSize };
  const from = { bound: place === 0 ? 0 : (finite[place - 1] ?? 0), count: place === 0 ? 0 : (upTo[place - 1] ?? 0) };
  const to = { bound: finite[place] ?? 0, count: upTo[place] ?? 0 };
  return { value: from.bound + ((to.bound - from.bound) * (rank - from.count)) / (to.count - from.count), sampleSize };
}
