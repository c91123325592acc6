import type { Instant } from '#kernel/instant.ts';
import { limits } from '#kernel/limits.ts';
import type { VouchingUnit } from './conditions.ts';
import type { Evidence, World } from './model.ts';
import type { ComparisonResult, Sample, Vouched, VouchedFor } from './vouched.ts';

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

/**
 * Whether a condition that people decide is true: as it stands, or as it stood at an earlier instant, for rules that are judged behind the
 * clock. What was said and taken back between that instant and the last word is not remembered.
 */
export function vouchedAgainst(
  world: VouchingRows,
  unit: VouchingUnit,
  at: Instant = Number.POSITIVE_INFINITY,
): boolean {
  if (unit.kind === 'comparison-differs') return isAgainst(world.comparisons.get(unit.comparison), at);
  for (const sample of world.samples.values()) if (sample.review === unit.review && isAgainst(sample, at)) return true;
  return false;
}

function isAgainst(row: Sample | ComparisonResult | undefined, at: Instant): boolean {
  if (row === undefined) return false;
  if (at >= row.at) return row.state === 'wrong' || row.state === 'different';
  return row.againstFrom !== undefined && row.againstFrom <= at;
}

/** Since when a row has been against the data without a break, for the one that stands in its place. */
export function againstSince(before: Sample | ComparisonResult | undefined): { readonly againstFrom?: Instant } {
  const isOpen = before?.state === 'wrong' || before?.state === 'different';
  return isOpen ? { againstFrom: before.againstFrom ?? before.at } : {};
}

/** Of which review or comparison something was said, and when. */
export interface Said {
  readonly at: Instant;
  readonly about: string;
}

/** What was said after `since`, in order. */
export function saidSince({ samples, comparisons }: VouchingRows, since: Instant): Said[] {
  const said: Said[] = [];
  const add = (about: string, { at, againstFrom = at }: Sample | ComparisonResult): void => {
    for (const instant of new Set([againstFrom, at])) if (instant > since) said.push({ at: instant, about });
  };
  for (const sample of samples.values()) if (sample.at > since) add(sample.review, sample);
  for (const result of comparisons.values()) if (result.at > since) add(result.comparison, result);
  return said.sort((left, right) => left.at - right.at);
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
  const settled = wrong.length > 0 ? undefined : judged.findLast(({ state }) => state === 'settled');
  return vouched('review', review, {
    text: `${review} wrong`,
    count: wrong.length,
    of: judged.length,
    at: last.at,
    since: wrong[0]?.at ?? last.at,
    found: wrong.map(vouchedFor).toReversed(),
    ...(settled === undefined ? {} : { closed: { ...vouchedFor(settled), as: 'settled' } }),
  });
}

function comparisonEvidence(result: ComparisonResult | undefined): Evidence | undefined {
  if (result === undefined) return undefined;
  const { comparison, state, differences, rows, by, at, note, open = [] } = result;
  const isOpen = state === 'different';
  const isClosed = state === 'settled' || state === 'not-applicable';
  return vouched('comparison', comparison, {
    text: `${comparison} differs`,
    count: isOpen ? differences : 0,
    of: rows,
    at,
    since: at,
    found: isOpen ? [result, ...open].flatMap((list) => foundBy(list)) : [],
    ...(isClosed ? { closed: { key: comparison, what: note ?? '', by, at, as: state } } : {}),
  });
}

function foundBy({ examples, by, at }: Pick<ComparisonResult, 'examples' | 'by' | 'at'>): readonly VouchedFor[] {
  return examples.map(({ key, what }) => ({ key, what, by, at }));
}

interface Finding {
  readonly text: string;
  /** How many are wrong or differ, of how many. */
  readonly count: number;
  readonly of: number;
  readonly at: Instant;
  readonly since: Instant;
  readonly found: readonly VouchedFor[];
  readonly closed?: NonNullable<Vouched['closed']>;
}

function vouched(kind: Vouched['kind'], name: string, finding: Finding): Evidence {
  const { text, count, of, at, since, closed } = finding;
  const found = finding.found.slice(0, limits.differencesNamed);
  return {
    test: `${kind} ${name}`,
    text,
    signals: [],
    truth: count > 0 ? 'true' : 'false',
    reading: { state: 'value', value: count, sampleSize: of, at },
    against: [],
    unit: '',
    vouched: {
      kind,
      name,
      found,
      ...(count > found.length ? { more: count - found.length } : {}),
      ...(closed === undefined ? {} : { closed }),
    },
    since,
  };
}

function vouchedFor({ label, sample, note = '', by, at }: Sample): VouchedFor {
  return { key: label, sample, what: note, by, at };
}
