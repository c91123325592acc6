import { limits } from '#kernel/limits.ts';
import type { VouchingUnit } from './conditions.ts';
import type { ComparisonResult, Evidence, Sample, VouchedFor, World } from './model.ts';

/**
 * What people vouch for. Their verdicts are rows like alerts and decide conditions without intake: `REVIEW wrong` while at least one sample
 * is judged wrong and not settled, `COMPARISON differs` while the latest list differs and is not settled. Nothing that nobody has judged
 * is found wrong.
 */
type VouchingRows = Pick<World, 'samples' | 'comparisons'>;

/** The judged samples of a review, in the order of their last verdicts. */
export function samplesOf({ samples }: Pick<World, 'samples'>, review: string): readonly Sample[] {
  return [...samples.values()].filter((sample) => sample.review === review).sort((left, right) => left.at - right.at);
}

/** Whether a condition that people decide is true. */
export function vouchedAgainst(world: VouchingRows, unit: VouchingUnit): boolean {
  if (unit.kind === 'comparison-differs') return world.comparisons.get(unit.comparison)?.state === 'different';
  for (const sample of world.samples.values())
    if (sample.review === unit.review && sample.state === 'wrong') return true;
  return false;
}

/** A condition that people decide as evidence: who found what, the latest first. */
export function vouchingEvidence(world: VouchingRows, unit: VouchingUnit): Evidence | undefined {
  return unit.kind === 'review-wrong'
    ? reviewEvidence(unit.review, samplesOf(world, unit.review))
    : comparisonEvidence(world.comparisons.get(unit.comparison));
}

function reviewEvidence(review: string, judged: readonly Sample[]): Evidence | undefined {
  const last = judged.at(-1);
  if (last === undefined) return undefined;
  const wrong = judged.filter(({ state }) => state === 'wrong');
  const found = wrong.map(vouchedFor);
  const [first] = wrong;
  const lastSettled = judged.findLast(({ state }) => state === 'settled');
  return {
    test: `review ${review}`,
    text: `${review} wrong`,
    signals: [],
    truth: first === undefined ? 'false' : 'true',
    reading: { state: 'value', value: wrong.length, sampleSize: judged.length, at: last.at },
    against: [],
    unit: '',
    vouched: {
      kind: 'review',
      name: review,
      ...named(found.toReversed(), found.length),
      ...closedOf(first, lastSettled),
    },
    since: first?.at ?? last.at,
  };
}

function comparisonEvidence(result: ComparisonResult | undefined): Evidence | undefined {
  if (result === undefined) return undefined;
  const { comparison, state, differences, examples, rows, by, at, note } = result;
  const differs = state === 'different';
  const found = differs ? examples.map(({ key, what }): VouchedFor => ({ key, what, by, at })) : [];
  return {
    test: `comparison ${comparison}`,
    text: `${comparison} differs`,
    signals: [],
    truth: differs ? 'true' : 'false',
    reading: { state: 'value', value: differs ? differences : 0, sampleSize: rows, at },
    against: [],
    unit: '',
    vouched: {
      kind: 'comparison',
      name: comparison,
      ...named(found, differs ? differences : 0),
      ...(note === undefined || differs ? {} : { closed: { key: comparison, what: note, by, at } }),
    },
    since: at,
  };
}

function vouchedFor({ label, sample, note = '', by, at }: Sample): VouchedFor {
  return { key: label, sample, what: note, by, at };
}

function closedOf(wrong: Sample | undefined, settled: Sample | undefined): { closed?: VouchedFor } {
  return wrong !== undefined || settled === undefined ? {} : { closed: vouchedFor(settled) };
}

function named(found: readonly VouchedFor[], count: number): { found: readonly VouchedFor[]; more?: number } {
  const shown = found.slice(0, limits.differencesNamed);
  return { found: shown, ...(count > shown.length ? { more: count - shown.length } : {}) };
}
