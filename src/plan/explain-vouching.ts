import { limits } from '#kernel/limits.ts';
import type { CompiledPlan } from './model.ts';
import type { Asked, Comparison, Review } from './vouching.ts';

/** What each review asks, of which samples, and whom; the first of a row is its head. */
export function reviewRows({ reviews = [] }: CompiledPlan): readonly (readonly string[])[] {
  return reviews.map((review) => [
    `${review.name}: ${review.ask ?? `${review.source}: right or wrong?  (default)`}`,
    `samples: the first ${review.first}${review.per === 'day' ? ' of each day' : ''} of ${review.source}, ${spanText(review)}; at most ${limits.reviewSamples} are kept  (default)`,
    `shows: ${review.show.length === 0 ? 'all fields  (default)' : review.show.join(', ')}`,
    askedText(review.by),
  ]);
}

/** What each comparison holds against what. */
export function comparisonRows({ comparisons = [] }: CompiledPlan): readonly (readonly string[])[] {
  return comparisons.map((comparison) => [
    `${comparison.name}: a list against ${comparison.source}, ${spanText(comparison)}`,
    `rows by: ${comparison.key}`,
    `compares: ${comparison.fields.length === 0 ? 'the keys alone  (default)' : comparison.fields.join(', ')}`,
    askedText(comparison.by),
  ]);
}

function spanText({ during }: Pick<Review | Comparison, 'during'>): string {
  return during.length === 0 ? 'from T+0 on  (default)' : `during ${during.join(', ')}`;
}

function askedText({ text, people }: Asked): string {
  const who = people.length === 1 && people[0] === text ? '' : ` (${people.join(', ')})`;
  return `asks: ${text}${who}`;
}
