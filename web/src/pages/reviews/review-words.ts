import type { ComparisonAnswer, ListDifferenceAnswer } from '#contract/comparisons.ts';
import type { ReviewAnswer, SampleAnswer } from '#contract/reviews.ts';
import { formatCount, plural } from '../../format/numbers.ts';
import type { ToneAndWord } from '../../kit/tone.ts';

/** How a sample stands. */
export function sampleTone({ verdict }: Pick<SampleAnswer, 'verdict'>): ToneAndWord {
  switch (verdict?.state) {
    case undefined:
      return { tone: 'none', word: 'not judged yet' };
    case 'right':
      return { tone: 'good', word: 'right' };
    case 'wrong':
      return { tone: 'critical', word: 'wrong' };
    case 'settled':
      return { tone: 'neutral', word: 'settled' };
  }
}

/** How a comparison stands, in one sentence. */
export function comparisonTone(one: Pick<ComparisonAnswer, 'state' | 'span' | 'differences' | 'rows'>): ToneAndWord {
  switch (one.state) {
    case 'waiting':
      return one.span === 'not-begun'
        ? { tone: 'neutral', word: 'has not begun' }
        : { tone: 'none', word: 'no list has been compared yet' };
    case 'equal':
      return { tone: 'good', word: `${plural(one.rows, 'line')}, nothing differs` };
    case 'different':
      return { tone: 'critical', word: plural(one.differences, 'difference') };
    case 'settled':
      return { tone: 'neutral', word: `${plural(one.differences, 'difference')}, settled` };
    case 'not-applicable':
      return { tone: 'neutral', word: 'not applicable: there is no list' };
  }
}

/** Whether it waits for somebody: something is to be judged, or a list to be compared. */
export function waitsForSomebody(one: ReviewAnswer | ComparisonAnswer): boolean {
  if ('waiting' in one) return one.waiting > 0;
  return one.state === 'waiting' && one.span !== 'not-begun';
}

/** Whether it asks a person; who is nobody of the plan is shown what waits for anybody. */
export function asks(one: ReviewAnswer | ComparisonAnswer, person: string | undefined): boolean {
  return person === undefined || one.by.people.includes(person);
}

/** What the page says first. */
export function askedSentence(
  {
    reviews,
    comparisons,
  }: { readonly reviews: readonly ReviewAnswer[]; readonly comparisons: readonly ComparisonAnswer[] },
  person: string | undefined,
): ToneAndWord {
  const wrong = reviews.reduce((sum, one) => sum + one.wrong, 0);
  const differ = comparisons.filter(({ state }) => state === 'different').length;
  const found = [
    ...(wrong === 0 ? [] : [`${plural(wrong, 'sample')} judged wrong`]),
    ...(differ === 0 ? [] : [`${plural(differ, 'list')} that ${differ === 1 ? 'differs' : 'differ'}`]),
  ];
  const mine = [...reviews, ...comparisons].filter((one) => asks(one, person) && waitsForSomebody(one));
  const samples = mine.reduce((sum, one) => sum + ('waiting' in one ? one.waiting : 0), 0);
  const lists = mine.filter((one) => !('waiting' in one)).length;
  const waits = [
    ...(samples === 0 ? [] : [plural(samples, 'sample')]),
    ...(lists === 0 ? [] : [plural(lists, 'list')]),
  ].join(' and ');
  const verb = samples + lists === 1 ? 'waits' : 'wait';
  const waiting = waits === '' ? undefined : `${waits} ${verb} for ${person === undefined ? 'somebody' : 'you'}`;
  if (found.length > 0) {
    return { tone: 'critical', word: [found.join(' and '), ...(waiting === undefined ? [] : [waiting])].join('; ') };
  }
  if (waiting !== undefined) return { tone: 'none', word: waiting };
  const unread = reviews.find((one) => one.unread !== undefined && asks(one, person));
  if (unread !== undefined) return { tone: 'none', word: `Whether samples wait is not known: ${unread.unread}` };
  return { tone: 'good', word: person === undefined ? 'Nothing waits for anybody' : 'Nothing waits for you' };
}

/** When the events were that a line asks about. */
export function spanText({ span, during }: Pick<ReviewAnswer, 'span' | 'during'>): string {
  const phases = during.length === 0 ? 'from T+0 on' : during.join(', ');
  if (span === 'not-begun') return `${phases}, not begun yet`;
  return span === 'closed' ? `${phases}, over` : phases;
}

/** How many samples are wanted. */
export function wantedText({ first, per }: Pick<ReviewAnswer, 'first' | 'per'>): string {
  return per === undefined ? `The first ${formatCount(first)}` : `The first ${formatCount(first)} of each day`;
}

/** What kind of difference it is, where that is not the values themselves. */
export function differenceText({ kind, inList, inSystem }: ListDifferenceAnswer): string {
  switch (kind) {
    case 'different':
      return 'differs';
    case 'only-in-list':
      return 'only in the list';
    case 'only-in-system':
      return 'only in the system';
    case 'repeated':
      return `${times(inList)} in the list, ${times(inSystem)} in the system`;
  }
}

function times(count: number): string {
  if (count === 0) return 'never';
  return count === 1 ? 'once' : `${formatCount(count)} times`;
}

/** The sample to look at next: the first after this one that nobody has judged, else the first of all. */
export function nextWaiting(samples: readonly SampleAnswer[], after: string | undefined): string | undefined {
  const at = samples.findIndex(({ sample }) => sample === after);
  const inOrder = [...samples.slice(at + 1), ...samples.slice(0, at + 1)];
  return inOrder.find(({ verdict, sample }) => verdict === undefined && sample !== after)?.sample;
}
