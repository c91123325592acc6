import { expect, test } from 'vitest';
import type { ComparisonAnswer } from '#contract/comparisons.ts';
import type { ReviewAnswer, SampleAnswer } from '#contract/reviews.ts';
import { reviewNeeds } from '../mission-control/review-needs.ts';
import { askedSentence, comparisonTone, differenceText, nextWaiting, sampleTone, spanText } from './review-words.ts';

const line = {
  ...{ source: 'sales', during: ['stabilise'], span: 'open' as const, rules: ['misjudged'] },
  by: { text: 'admin', people: ['anita'] },
};
function review(more: Partial<ReviewAnswer> = {}): ReviewAnswer {
  const counts = { chosen: 20, waiting: 0, right: 20, wrong: 0, settled: 0 };
  return { ...line, name: 'first-sales', first: 20, ...counts, ...more };
}
function comparison(more: Partial<ComparisonAnswer> = {}): ComparisonAnswer {
  const none = { state: 'equal' as const, rows: 3, differences: 0, open: [], version: 1 };
  return { ...line, name: 'manual-sales', key: 'invoice', fields: ['total'], ...none, ...more };
}
const sample = (name: string, state?: 'right' | 'wrong'): SampleAnswer => ({
  ...{ sample: name, label: name, fields: [] },
  ...(state === undefined
    ? {}
    : { verdict: { state, by: 'anita', at: '2026-03-02T09:00:00Z', via: 'web' as const, version: 1 } }),
});

test('the first sentence says what was found before what waits, and waits for whom', () => {
  const say = (reviews: ReviewAnswer[], comparisons: ComparisonAnswer[], person?: string) =>
    askedSentence({ reviews, comparisons }, person).word;
  expect(say([review()], [comparison()], 'anita')).toBe('Nothing waits for you');
  expect(say([review({ waiting: 3 })], [comparison({ state: 'waiting' })], 'anita')).toBe(
    '3 samples and 1 list wait for you',
  );
  expect(say([review({ waiting: 1 })], [], 'anita')).toBe('1 sample waits for you');
  expect(say([review({ waiting: 1 })], [], 'ravi')).toBe('Nothing waits for you');
  expect(say([review({ waiting: 1 })], [])).toBe('1 sample waits for somebody');
  expect(say([review({ wrong: 1, waiting: 2 })], [comparison({ state: 'different' })], 'anita')).toBe(
    '1 sample judged wrong and 1 list that differs; 2 samples wait for you',
  );
  const away = review({ unread: 'The telemetry store does not answer in time.' });
  expect(say([away], [], 'anita')).toBe(
    'Whether samples wait is not known: The telemetry store does not answer in time.',
  );
  expect(say([away, review({ name: 'steps', waiting: 1 })], [], 'anita')).toBe('1 sample waits for you');
  // A list is not asked for before its time.
  expect(say([], [comparison({ state: 'waiting', span: 'not-begun' })], 'anita')).toBe('Nothing waits for you');
});

test('mission control asks for what waits for the reader, and says nothing twice', () => {
  const asked = {
    reviews: [
      review({ waiting: 2, wrong: 1, ask: 'As rung up?' }),
      review({ name: 'others', waiting: 1, by: { text: 'ravi', people: ['ravi'] } }),
    ],
    comparisons: [
      comparison({ state: 'waiting' }),
      comparison({ name: 'cash', state: 'different', differences: 2, rules: [] }),
    ],
  };
  const texts = (person?: string, alerts: Parameters<typeof reviewNeeds>[2] = []) =>
    reviewNeeds(asked, person, alerts).map(({ text }) => text);
  expect(texts('anita')).toEqual([
    'Judge 2 samples of first-sales',
    '1 sample of first-sales judged wrong, to settle',
    'Compare a list with sales: manual-sales',
    '2 differences in cash to settle',
  ]);
  const at = '2026-03-02T09:00:00Z';
  const told = { key: 'A-1', alert: 'A-1', rule: 'misjudged', state: 'firing', since: at } as unknown as Parameters<
    typeof reviewNeeds
  >[2][number];
  expect(texts('anita', [told])).not.toContain('1 sample of first-sales judged wrong, to settle');
  expect(texts('ravi')).toEqual(['Judge 1 sample of others']);
  expect(texts()).toHaveLength(5);
});

test('after a verdict comes the next that nobody has judged, from the beginning again at the end', () => {
  const samples = [sample('a'), sample('b', 'right'), sample('c'), sample('d', 'wrong')];
  expect(nextWaiting(samples, undefined)).toBe('a');
  expect(nextWaiting(samples, 'a')).toBe('c');
  expect(nextWaiting(samples, 'c')).toBe('a');
  expect(nextWaiting([sample('b', 'right')], 'b')).toBeUndefined();
});

test('how lines, samples and differences stand in words', () => {
  expect(sampleTone(sample('a')).word).toBe('not judged yet');
  expect(sampleTone(sample('a', 'wrong'))).toEqual({ tone: 'critical', word: 'wrong' });
  expect(comparisonTone(comparison()).word).toBe('3 lines, nothing differs');
  expect(comparisonTone(comparison({ state: 'different', differences: 1 })).word).toBe('1 difference');
  expect(spanText(review({ during: [], span: 'not-begun' }))).toBe('from T+0 on, not begun yet');
  const repeated = {
    kind: 'repeated',
    key: 'I-1',
    lines: [2, 3],
    events: [],
    inList: 2,
    inSystem: 1,
    values: [],
  } as const;
  expect(differenceText({ ...repeated, lines: [2, 3], events: [], values: [] })).toBe(
    '2 times in the list, once in the system',
  );
});
