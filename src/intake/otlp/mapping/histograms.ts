import type { OtlpExponentialPoint, OtlpHistogramPoint } from '../wire/shape.ts';

/** How many values were at most `le`, which is written as Prometheus writes it. */
export interface CumulativeBucket {
  readonly le: string;
  readonly count: number;
}

/**
 * Exponential buckets are merged until a doubling has at most 2^3 of them, each 9% wide: a histogram changes its own scale as it meets
 * other values, and each scale would else be other series.
 */
const FINEST_SCALE = 3;
/** Beyond, every bound of a number is 0 or infinite. */
const COARSEST_SCALE = -10;

/** The buckets of a histogram with bounds of its own; one that only counted has a single bucket. */
export function explicitBuckets({ count, counts, bounds }: OtlpHistogramPoint): readonly CumulativeBucket[] {
  const buckets: CumulativeBucket[] = [];
  let sum = 0;
  if (counts.length === bounds.length + 1) {
    for (const [index, bound] of bounds.entries()) {
      sum += counts[index] ?? 0;
      if (Number.isFinite(bound)) buckets.push({ le: String(bound), count: sum });
    }
  }
  return [...buckets, { le: '+Inf', count }];
}

/** The buckets of an exponential histogram, from the most negative to the most positive value. */
export function exponentialBuckets(point: OtlpExponentialPoint): readonly CumulativeBucket[] {
  const { count, zeroCount, zeroThreshold } = point;
  const scale = Math.max(COARSEST_SCALE, Math.min(FINEST_SCALE, point.scale));
  const shift = point.scale - scale;
  const buckets: CumulativeBucket[] = [];
  let sum = 0;
  const add = (bound: number, more: number): void => {
    sum += more;
    if (Number.isFinite(bound)) buckets.push({ le: String(bound), count: sum });
  };
  const negative = merged(point.negative.offset, point.negative.counts, shift);
  // A negative bucket `i` reaches from -base^(i+1) up to -base^i, so its upper bound is the one nearer to zero.
  for (const [index, more] of [...negative].reverse()) add(-boundOf(index, scale), more);
  if (zeroCount > 0) add(zeroThreshold, zeroCount);
  for (const [index, more] of merged(point.positive.offset, point.positive.counts, shift)) {
    add(boundOf(index + 1, scale), more);
  }
  return [...buckets, { le: '+Inf', count }];
}

/** Counts by index at the coarser scale, in order; a bucket `i` is part of `i >> shift`. */
function merged(offset: number, counts: readonly number[], shift: number): readonly (readonly [number, number])[] {
  const divisor = 2 ** Math.max(0, shift);
  const result = new Map<number, number>();
  for (const [position, count] of counts.entries()) {
    const index = Math.floor((offset + position) / divisor);
    result.set(index, (result.get(index) ?? 0) + count);
  }
  return [...result];
}

/** base^index with base 2^(2^-scale). */
function boundOf(index: number, scale: number): number {
  return 2 ** (index * 2 ** -scale);
}
