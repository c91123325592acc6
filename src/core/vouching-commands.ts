import { formatInstant, type Instant } from '#kernel/instant.ts';
import { limits } from '#kernel/limits.ts';
import { withoutTexts } from '#kernel/without-texts.ts';
import { type Command, refuse } from './commands.ts';
import type { Draft } from './draft.ts';
import { judgeAt } from './instants.ts';
import { type Dirty, markRule } from './judging.ts';
import type { DecisionReason, Fact } from './model.ts';
import { openBeside } from './open-lists.ts';
import { judgePeople } from './people.ts';
import type { ComparisonResult, Sample, SampleVerdict } from './vouched.ts';
import { againstSince, samplesOf } from './vouching.ts';
import { sampleKey } from './world.ts';

const SAMPLE_REASONS: Readonly<Record<SampleVerdict, DecisionReason>> = {
  right: 'judged-right',
  wrong: 'judged-wrong',
  settled: 'judged-settled',
};

/** A person judges a sample. The same verdict of the same person given again is the one that stands. */
export function judgeSample(draft: Draft, input: Command<'judge-sample'>, now: Instant): void {
  const { review, sample, verdict, note, label, by, via, expectedVersion } = input;
  const key = sampleKey(review, sample);
  const before = draft.samples.get(key);
  if (draft.plan.reviews?.some(({ name }) => name === review) !== true) {
    refuse(draft, input, review, 'review-unknown', 'not-found', `The plan has no review "${review}".`, now);
    return;
  }
  if (before !== undefined && before.state === verdict && before.by === by && before.note === note) {
    draft.outcome = { state: 'done', subject: key };
    return;
  }
  if (expectedVersion !== undefined && expectedVersion !== (before?.version ?? 0)) {
    refuse(draft, input, review, 'outdated-version', 'version-conflict', describeSample(before, label), now);
    return;
  }
  if (verdict === 'settled' && before?.state !== 'wrong') {
    const message = `Only what is judged wrong can be settled. ${describeSample(before, label)}`;
    refuse(draft, input, review, 'sample-not-wrong', 'already-done', message, now);
    return;
  }
  if (before === undefined && samplesOf(draft, review).length >= limits.reviewSamples) {
    const message = `${limits.reviewSamples} samples of ${review} are judged already; more are not kept.`;
    refuse(draft, input, review, 'too-many-samples', 'limit-reached', message, now);
    return;
  }
  const times = { ...timesOf(input, before, now), ...againstSince(before) };
  const judged: Sample = {
    kind: 'sample',
    key,
    review,
    sample,
    state: verdict,
    by,
    at: now,
    via,
    ...(note === undefined ? {} : { note }),
    label,
    ...times,
    version: (before?.version ?? 0) + 1,
  };
  draft.putSample(judged);
  draft.record({
    at: now,
    kind: 'sample-judged',
    subject: review,
    reason: SAMPLE_REASONS[verdict],
    body: {
      review,
      sample,
      label,
      verdict,
      by,
      via,
      ...(note === undefined ? {} : { note }),
      ...times,
      version: judged.version,
      ...(before === undefined ? {} : { before: before.state, beforeBy: before.by }),
    },
  });
  judgeReaders(draft, review, now);
  draft.outcome = { state: 'done', subject: key };
}

/** When the event of a sample was, and since when it is or was wrong. */
function timesOf(
  { verdict, eventAt }: Command<'judge-sample'>,
  before: Sample | undefined,
  now: Instant,
): Pick<Sample, 'eventAt' | 'wrongAt'> {
  const happened = eventAt ?? before?.eventAt;
  const wrongAt = before === undefined || before.state === 'right' ? now : (before.wrongAt ?? before.at);
  return {
    ...(happened === undefined ? {} : { eventAt: happened }),
    ...(verdict === 'right' ? {} : { wrongAt }),
  };
}

/** A list was compared; it stands in place of what was said before of the same time. What differed in other times stays open. */
export function compare(draft: Draft, input: Command<'compare'>, now: Instant): void {
  const { comparison, upload, rows, by, via, from, to } = input;
  const before = draft.comparisons.get(comparison);
  if (isUnknown(draft, input, now)) return;
  if (before?.upload === upload) {
    draft.outcome = { state: 'done', subject: comparison };
    return;
  }
  const open = openBeside(before, input);
  const differences = open.reduce((sum, one) => sum + one.differences, input.differences);
  const state = differences > 0 ? 'different' : 'equal';
  const examples = input.examples.slice(0, limits.differencesNamed);
  const time = from === undefined || to === undefined ? {} : { from, to };
  const more = open.length === 0 ? {} : { open };
  putResult(
    draft,
    { ...newer(before, comparison), state, rows, differences, examples, by, at: now, via, upload, ...time, ...more },
    'comparison-made',
    input.differences > 0 ? 'lists-differ' : 'lists-equal',
  );
}

/** What differed has been dealt with. */
export function settleComparison(draft: Draft, input: Command<'settle-comparison'>, now: Instant): void {
  const { comparison, note, by, via } = input;
  const before = draft.comparisons.get(comparison);
  if (isUnknown(draft, input, now) || isDone(draft, 'settled', input) || isOutdated(draft, input, now)) return;
  if (before?.state !== 'different') {
    const message = `Nothing differs that could be settled. ${describeResult(before, comparison)}`;
    refuse(draft, input, comparison, 'nothing-differs', 'already-done', message, now);
    return;
  }
  const settled = { ...before, ...newer(before, comparison), state: 'settled', note, by, at: now, via } as const;
  putResult(draft, settled, 'comparison-settled', 'difference-settled');
}

/** There is no list to compare with: nothing of the comparison is open any more, until somebody brings one. */
export function markNotApplicable(draft: Draft, input: Command<'mark-not-applicable'>, now: Instant): void {
  const { comparison, note, by, via } = input;
  const before = draft.comparisons.get(comparison);
  if (isUnknown(draft, input, now) || isDone(draft, 'not-applicable', input) || isOutdated(draft, input, now)) return;
  const nothing = { rows: 0, differences: 0, examples: [] };
  putResult(
    draft,
    { ...nothing, ...before, ...newer(before, comparison), state: 'not-applicable', note, by, at: now, via },
    'comparison-not-applicable',
    'list-not-available',
  );
}

/** Nobody has said anything else by it, so versions stay. */
export function forgetTexts(draft: Draft, { forms, instead }: Command<'forget'>): void {
  const clean = <Row extends Sample | ComparisonResult>(row: Row, parts: Partial<Row>): Row | undefined => {
    const cleaned = withoutTexts(parts, forms, instead) as Partial<Row>;
    return JSON.stringify(cleaned) === JSON.stringify(parts) ? undefined : { ...row, ...cleaned };
  };
  for (const sample of draft.samples.values()) {
    const { label, note } = sample;
    const cleaned = clean(sample, { label, ...(note === undefined ? {} : { note }) });
    if (cleaned !== undefined) draft.putSample(cleaned);
  }
  for (const comparison of draft.comparisons.values()) {
    const { examples, note, open } = comparison;
    const more = open === undefined ? {} : { open };
    const cleaned = clean(comparison, { examples, ...(note === undefined ? {} : { note }), ...more });
    if (cleaned !== undefined) draft.putComparison(cleaned);
  }
}

type OfComparison = Command<'compare' | 'settle-comparison' | 'mark-not-applicable'>;
type Closing = Command<'settle-comparison' | 'mark-not-applicable'>;

function isUnknown(draft: Draft, input: OfComparison, now: Instant): boolean {
  const { comparison } = input;
  if (draft.plan.comparisons?.some(({ name }) => name === comparison) === true) return false;
  refuse(
    draft,
    input,
    comparison,
    'comparison-unknown',
    'not-found',
    `The plan has no comparison "${comparison}".`,
    now,
  );
  return true;
}

/** The same command of the same person, after its answer was lost. */
function isDone(draft: Draft, state: ComparisonResult['state'], { comparison, by, note }: Closing): boolean {
  const before = draft.comparisons.get(comparison);
  if (before?.state !== state || before.by !== by || before.note !== note) return false;
  draft.outcome = { state: 'done', subject: comparison };
  return true;
}

function isOutdated(draft: Draft, input: Closing, now: Instant): boolean {
  const { comparison, expectedVersion } = input;
  const before = draft.comparisons.get(comparison);
  if (expectedVersion === undefined || expectedVersion === (before?.version ?? 0)) return false;
  const message = describeResult(before, comparison);
  refuse(draft, input, comparison, 'outdated-version', 'version-conflict', message, now);
  return true;
}

function newer(before: ComparisonResult | undefined, comparison: string) {
  return { kind: 'comparison', key: comparison, comparison, version: (before?.version ?? 0) + 1 } as const;
}

function putResult(draft: Draft, result: ComparisonResult, kind: Fact['kind'], reason: DecisionReason): void {
  const { againstFrom: _againstFrom, ...rest } = result;
  const said = { ...rest, ...againstSince(draft.comparisons.get(result.comparison)) };
  const { kind: _kind, key: _key, at, ...body } = said;
  draft.putComparison(said);
  draft.record({ at, kind, subject: result.comparison, reason, body });
  judgeReaders(draft, result.comparison, at);
  draft.outcome = { state: 'done', subject: result.comparison };
}

/**
 * Judges the rules that ask for what a person has just said, and those that read them. Those without a test among them need no executor:
 * they are judged now, also while intake is silent. Others are judged when the executors have come as far, of which they may have already.
 */
function judgeReaders(draft: Draft, vouched: string, now: Instant): void {
  const readers = draft.index.rulesOfVouching.get(vouched) ?? [];
  const peoples: Dirty = new Map();
  const others: Dirty = new Map();
  for (const name of readers) markRule(draft.isPeoples(name) ? peoples : others, name, 'all');
  if (peoples.size > 0) judgePeople(draft, peoples, now);
  if (others.size > 0 && now <= draft.watermark) judgeAt(draft, others, draft.watermark, draft.watermark);
}

function describeSample(sample: Sample | undefined, label: string): string {
  if (sample === undefined) return `Nobody has judged ${label} yet.`;
  return `${sample.by} judged ${sample.label} ${sample.state} at ${formatInstant(sample.at)}.`;
}

const RESULT_WORDS: Readonly<Record<ComparisonResult['state'], string>> = {
  equal: 'compared it and found no difference',
  different: 'compared it and found differences',
  settled: 'settled what differed',
  'not-applicable': 'said that there is no list',
};

function describeResult(result: ComparisonResult | undefined, comparison: string): string {
  if (result === undefined) return `Nobody has compared ${comparison} yet.`;
  return `${result.by} ${RESULT_WORDS[result.state]} at ${formatInstant(result.at)}.`;
}
