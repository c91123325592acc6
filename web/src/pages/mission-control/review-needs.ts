import type { ComparisonAnswer } from '#contract/comparisons.ts';
import type { LiveAlert } from '#contract/live.ts';
import type { ReviewAnswer } from '#contract/reviews.ts';
import { plural } from '../../format/numbers.ts';
import { asks, waitsForSomebody } from '../reviews/review-words.ts';

/** Samples or a list that wait for the reader. */
export interface ReviewNeed {
  readonly kind: 'review';
  /** The review or comparison. */
  readonly name: string;
  readonly text: string;
  /** The question. */
  readonly ask?: string;
}

export interface AskedLines {
  readonly reviews: readonly ReviewAnswer[];
  readonly comparisons: readonly ComparisonAnswer[];
}

/**
 * What the plan asks a person, or anybody where the reader is nobody of the plan: samples to be judged, lists to be compared, and what was found
 * wrong that no rule reads. What an alert tells of is not said twice.
 */
export function reviewNeeds(
  { reviews, comparisons }: AskedLines,
  person: string | undefined,
  alerts: readonly LiveAlert[],
): readonly ReviewNeed[] {
  const open = new Set(
    alerts.filter(({ alert, state }) => alert !== undefined && state === 'firing').map(({ rule }) => rule),
  );
  const isTold = ({ rules }: ReviewAnswer | ComparisonAnswer): boolean => rules.some((rule) => open.has(rule));
  const mine = [...reviews, ...comparisons].filter((one) => asks(one, person));
  return mine.flatMap((one): readonly ReviewNeed[] => {
    const about = { kind: 'review', name: one.name } as const;
    if (!('waiting' in one)) {
      if (waitsForSomebody(one)) return [{ ...about, text: `Compare a list with ${one.source}: ${one.name}` }];
      if (one.state !== 'different' || isTold(one)) return [];
      return [{ ...about, text: `${plural(one.differences, 'difference')} in ${one.name} to settle` }];
    }
    const judge = { ...about, text: `Judge ${plural(one.waiting, 'sample')} of ${one.name}` };
    const settle = { ...about, text: `${plural(one.wrong, 'sample')} of ${one.name} judged wrong, to settle` };
    return [
      ...(waitsForSomebody(one) ? [{ ...judge, ...(one.ask === undefined ? {} : { ask: one.ask }) }] : []),
      ...(one.wrong > 0 && !isTold(one) ? [settle] : []),
    ];
  });
}
