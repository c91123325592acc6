import { describe, expect, it } from 'vitest';
import { limits } from '#kernel/limits.ts';
import type { CompiledPlan, Condition } from '#plan/model.ts';
import type { Comparison, Review } from '#plan/vouching.ts';
import { evidenceText } from './explain-text.ts';
import type { CoreInput } from './model.ts';
import { previewApply, previewSummary } from './plan-change.ts';
import { isTrue, lasting, MIA, Play, plan, rule } from './testing.ts';
import type { SampleVerdict } from './vouched.ts';
import { samplesOf } from './vouching.ts';
import { loadWorld } from './world.ts';

const asked = { text: 'mia', people: ['mia'] };
const first: Review = { name: 'first', source: 'sales', first: 20, during: [], show: ['invoice'], by: asked };
const books: Comparison = { name: 'books', source: 'sales', key: 'invoice', fields: [], during: [], by: asked };
const wrong: Condition = { kind: 'review-wrong', review: 'first' };
const differs: Condition = { kind: 'comparison-differs', comparison: 'books' };

const told = { notify: [MIA] };
const either: Condition = { kind: 'or', of: [wrong, differs] };
const shop = planOf([rule('judged', either, told)]);

function planOf(rules: CompiledPlan['rules'], more: Partial<CompiledPlan> = {}): CompiledPlan {
  return plan(rules, { reviews: [first], comparisons: [books], ...more });
}

function judge(
  sample: string,
  verdict: SampleVerdict,
  more: { by?: string; note?: string; expectedVersion?: number } = {},
) {
  const note = verdict === 'right' ? {} : { note: 'no such branch' };
  const said = { kind: 'judge-sample', review: 'first', sample, verdict, ...note, label: `INV-${sample}` } as const;
  return { ...said, by: 'mia', via: 'web', ...more } satisfies CoreInput;
}

function list(upload: string, differences: number): CoreInput {
  const examples = Array.from({ length: differences }, (_, at) => ({ key: `INV-${at}`, what: 'only in the list' }));
  return { kind: 'compare', comparison: 'books', upload, rows: 12, differences, examples, by: 'noah', via: 'cli' };
}

const closing = { comparison: 'books', note: 'written again', by: 'mia', via: 'web' } as const;

describe('a list that is compared in parts', () => {
  const part = (upload: string, differences: number, from: number, to: number, more = {}): CoreInput =>
    ({ ...list(upload, differences), from, to, ...more }) as CoreInput;
  const result = (play: Play) => play.world.comparisons.get('books');

  it('ends nothing that a part of another time has found', () => {
    const play = new Play(planOf([rule('unequal', differs, told)]));
    play.pass(1_000);
    play.input(part('monday', 1, 100, 200), 1_500);
    play.input(part('tuesday', 0, 200, 300, { by: 'mia' }), 1_600);
    expect(result(play)).toMatchObject({
      ...{ state: 'different', upload: 'tuesday', differences: 1, examples: [], from: 200, to: 300 },
      open: [{ from: 100, to: 200, differences: 1, by: 'noah', at: 1_500, examples: [{ key: 'INV-0' }] }],
    });
    play.input(part('wednesday', 2, 300, 400), 1_700);
    expect(result(play)).toMatchObject({ differences: 3, open: [{ from: 100 }] });
    const [{ content } = { content: undefined }] = play.notifications;
    expect(content?.evidence.map((one) => evidenceText(one))).toEqual([expect.stringContaining('INV-0')]);
    // A list of half of the time says nothing of the other half.
    play.input(part('half', 0, 150, 400), 1_800);
    expect(result(play)).toMatchObject({ state: 'different', differences: 1, open: [{ from: 100, to: 200 }] });
    expect(play.story()).not.toContainEqual(expect.stringContaining('alert-resolved'));
    expect(play.story()).toContainEqual('1600 comparison-made books lists-equal');
    play.input(part('all', 0, 100, 400), 1_900);
    expect(result(play)).toMatchObject({ state: 'equal', differences: 0 });
    expect(result(play)).not.toHaveProperty('open');
    expect(play.story()).toContainEqual('1900 alert-resolved A-1 condition-false');
  });

  it('is settled as a whole, and the oldest of many parts are one', () => {
    const play = new Play(planOf([rule('unequal', differs, told)]));
    const count = 2 * limits.comparisonListsOpen;
    for (let at = 0; at < count; at += 1) play.input(part(`u${at}`, 3, at * 10, at * 10 + 10), 1_000 + at);
    const { open = [], differences = 0 } = result(play) ?? {};
    expect([open.length, differences]).toEqual([limits.comparisonListsOpen, 3 * count]);
    expect(open.at(-1)).toMatchObject({ from: 0, to: 100, differences: 30 });
    expect(open.flatMap(({ examples }) => examples)).toHaveLength(limits.differencesNamed);
    play.input({ kind: 'settle-comparison', ...closing }, 2_000);
    play.input(part('last', 0, 900, 910), 2_100);
    expect(result(play)).toMatchObject({ state: 'equal', differences: 0 });
  });
});

describe('what a person judges wrong', () => {
  it('fires at once, is told, and is over when it is settled', () => {
    const play = new Play(shop);
    play.pass(1_000);
    expect(play.input(judge('1', 'right'), 1_500).outcome).toEqual({ state: 'done', subject: 'first/1' });
    play.input(judge('2', 'wrong'), 1_600);
    play.input(judge('3', 'wrong'), 1_700);
    play.input(judge('2', 'settled'), 2_000);
    expect(play.world.alerts.get('A-1')?.state).toBe('firing');
    play.input(judge('3', 'right'), 2_100);
    expect(play.story()).toEqual([
      '1500 sample-judged first judged-right',
      '1600 sample-judged first judged-wrong',
      '1600 alert-fired A-1 condition-true',
      '1600 notified A-1 first-notification',
      '1700 sample-judged first judged-wrong',
      '2000 sample-judged first judged-settled',
      '2100 sample-judged first judged-right',
      '2100 alert-resolved A-1 condition-false',
      '2100 notified A-1 alert-resolved',
    ]);
    const [fired, resolved] = play.notifications.map(({ content }) => content.evidence.map((one) => evidenceText(one)));
    expect(fired).toEqual([
      'first wrong: true, 1 wrong of 2 judged: INV-2: no such branch (mia, 1970-01-01T00:00:01.600Z)',
    ]);
    expect(resolved).toEqual(fired);
    expect(play.facts.find(({ kind }) => kind === 'alert-resolved')?.body['evidence']).toMatchObject([
      { truth: 'false', vouched: { found: [], closed: { key: 'INV-2', as: 'settled' } } },
    ]);
  });

  it('keeps when its event was, and since when it was wrong', () => {
    const play = new Play(shop);
    const times = (): unknown[] => samplesOf(play.world, 'first').map((sample) => [sample.eventAt, sample.wrongAt]);
    play.input({ ...judge('1', 'wrong'), eventAt: 900 }, 1_600);
    // Its event is not kept any more.
    play.input(judge('1', 'settled'), 2_000);
    play.input(judge('1', 'wrong'), 2_100);
    expect(times()).toEqual([[900, 1_600]]);
    play.input(judge('1', 'right'), 2_200);
    expect(times()).toEqual([[900, undefined]]);
    play.input(judge('1', 'wrong'), 2_300);
    expect(times()).toEqual([[900, 2_300]]);
  });

  it('stays one episode while the last sample is wrong, and its evidence names the latest first', () => {
    const play = new Play(shop);
    const count = limits.differencesNamed + 5;
    for (let sample = 1; sample <= count; sample += 1) play.input(judge(String(sample), 'wrong'), sample);
    play.input(judge('1', 'settled'), 100);
    play.input(list('u', 0), 101);
    expect(play.alerts.size).toBe(1);
    for (let sample = 2; sample <= count; sample += 1) play.input(judge(String(sample), 'settled'), 200 + sample);
    play.input(judge('30', 'wrong'), 300);
    expect(play.alerts.size).toBe(2);
    const many = new Play(shop);
    for (let sample = 1; sample <= count; sample += 1) many.input(judge(String(sample), 'wrong'), sample);
    many.input({ kind: 'apply', plan: planOf([rule('other', either, told)]), version: 2, by: 'mia' }, 300);
    const [evidence] = many.alerts.get('A-2')?.evidence ?? [];
    expect(evidence?.vouched?.found[0]?.sample).toBe(String(count));
    expect(evidence?.vouched).toMatchObject({ found: { length: limits.differencesNamed }, more: 5 });
  });

  it('is changed by whoever saw how it stands, and by nobody else', () => {
    const play = new Play(shop);
    play.input(judge('1', 'wrong', { expectedVersion: 0 }), 1);
    const late = play.input(judge('1', 'right', { by: 'noah', expectedVersion: 0 }), 2);
    expect(late.outcome).toMatchObject({ state: 'refused', reason: 'outdated-version', code: 'version-conflict' });
    expect(late.outcome).toMatchObject({ message: 'mia judged INV-1 wrong at 1970-01-01T00:00:00.001Z.' });
    // The same again, such as after an answer was lost, is no other verdict.
    expect(play.input(judge('1', 'wrong', { expectedVersion: 0 }), 3)).toMatchObject({ changes: [], facts: [] });
    play.input(judge('1', 'right', { by: 'noah', expectedVersion: 1 }), 4);
    expect(play.world.samples.get('first/1')).toMatchObject({ state: 'right', by: 'noah', version: 2 });
    const said = play.facts.findLast(({ kind }) => kind === 'sample-judged');
    expect(said?.body).toMatchObject({ before: 'wrong', beforeBy: 'mia', version: 2 });
  });

  it('refuses what cannot be settled, what the plan does not have, and more than it keeps', () => {
    const play = new Play(shop);
    for (const before of ['right', 'wrong', 'settled'] as const) {
      if (before !== 'settled') play.input(judge(before, before), 1);
    }
    expect(play.input(judge('right', 'settled'), 2).outcome).toMatchObject({ reason: 'sample-not-wrong' });
    expect(play.input(judge('never', 'settled'), 2).outcome).toMatchObject({ reason: 'sample-not-wrong' });
    const other = { ...judge('1', 'wrong'), review: 'second' };
    expect(play.input(other, 3).outcome).toMatchObject({ reason: 'review-unknown', code: 'not-found' });
    expect(play.last?.facts).toEqual([]);
    for (let sample = 2; sample < limits.reviewSamples; sample += 1) play.input(judge(String(sample), 'right'), 4);
    expect(samplesOf(play.world, 'first').length).toBe(limits.reviewSamples);
    expect(play.input(judge('more', 'wrong'), 5).outcome).toMatchObject({ reason: 'too-many-samples' });
    expect(play.input(judge('2', 'wrong'), 6).outcome).toMatchObject({ state: 'done' });
  });
});

describe('a list that differs', () => {
  it('fires, and is over when it is settled, agrees, or is not there', () => {
    const play = new Play(shop);
    play.input(list('u1', 0), 1);
    play.input(list('u2', 2), 2);
    expect(play.input({ kind: 'settle-comparison', ...closing }, 3).outcome?.state).toBe('done');
    play.input(list('u3', 1), 4);
    play.input(list('u4', 0), 5);
    play.input(list('u5', 25), 6);
    play.input({ kind: 'mark-not-applicable', ...closing }, 7);
    expect(play.facts.filter(({ kind }) => kind.startsWith('comparison')).map(({ reason }) => reason)).toEqual([
      'lists-equal',
      'lists-differ',
      'difference-settled',
      'lists-differ',
      'lists-equal',
      'lists-differ',
      'list-not-available',
    ]);
    expect([...play.alerts.values()].map(({ state }) => state)).toEqual(['resolved', 'resolved', 'resolved']);
    const texts = play.facts
      .flatMap(({ body }) => (body['evidence'] as never[] | undefined) ?? [])
      .map((one) => evidenceText(one));
    expect(texts[0]).toBe(
      'books differs: true, a list of 12 rows, 2 differences: INV-0: only in the list (noah, 1970-01-01T00:00:00.002Z); INV-1: only in the list (noah, 1970-01-01T00:00:00.002Z)',
    );
    expect(texts[1]).toContain('a list of 12 rows, no difference; settled books: written again (mia, ');
    expect(texts.at(-2)).toContain('; and 5 more');
    expect(texts.at(-1)).toContain('not applicable: written again (mia, ');
    expect(play.world.comparisons.get('books')).toMatchObject({ version: 7, upload: 'u5', examples: { length: 20 } });
  });

  it('is the same list when it is told twice, and nothing is settled that does not differ', () => {
    const play = new Play(shop);
    const settle = { kind: 'settle-comparison', ...closing } as const;
    expect(play.input(settle, 1).outcome).toMatchObject({ reason: 'nothing-differs', code: 'already-done' });
    play.input(list('u1', 1), 2);
    expect(play.input(list('u1', 1), 3).changes).toEqual([]);
    const late = { ...settle, expectedVersion: 0 };
    expect(play.input(late, 4).outcome).toMatchObject({ reason: 'outdated-version' });
    play.input({ ...settle, expectedVersion: 1 }, 5);
    expect(play.input(settle, 6)).toMatchObject({ changes: [], outcome: { state: 'done', subject: 'books' } });
    expect(play.input({ ...settle, note: 'otherwise' }, 7).outcome).toMatchObject({
      reason: 'nothing-differs',
      message: 'Nothing differs that could be settled. mia settled what differed at 1970-01-01T00:00:00.005Z.',
    });
    const none = { kind: 'mark-not-applicable', ...closing, comparison: 'other' } as const;
    expect(play.input(none, 8).outcome).toMatchObject({ reason: 'comparison-unknown' });
  });

  it('can be said not to be there before there was any', () => {
    const play = new Play(shop);
    play.input({ kind: 'mark-not-applicable', ...closing }, 1);
    expect(play.world.comparisons.get('books')).toMatchObject({ state: 'not-applicable', rows: 0, version: 1 });
    expect(play.alerts.size).toBe(0);
  });
});

describe('while intake is silent', () => {
  it('what only people decide fires and ends', () => {
    const play = new Play(shop);
    play.pass(1_000);
    play.clock(100_000);
    play.input(judge('1', 'wrong'), 100_001);
    expect(play.alerts.get('A-1')).toMatchObject({ state: 'firing', openedAt: 100_001 });
    play.input(judge('1', 'settled'), 100_002);
    expect(play.alerts.get('A-1')?.state).toBe('resolved');
  });

  it('what needs a test too waits until somebody can tell', () => {
    const both = rule('both', { kind: 'and', of: [wrong, isTrue('a')] }, told);
    const reader = rule('reader', { kind: 'rule-firing', rule: 'both' }, told);
    const play = new Play(planOf([both, reader]));
    play.say(1_000, { a: 'true' });
    play.clock(100_000);
    play.input(judge('1', 'wrong'), 100_001);
    expect(play.alerts.size).toBe(0);
    play.pass(101_000);
    expect([...play.alerts.values()].map((alert) => alert.rule)).toEqual(['both', 'reader']);
  });

  it('and is heard of late only for a moment, no clock said so: it is judged as well', () => {
    const play = new Play(planOf([rule('both', { kind: 'and', of: [wrong, isTrue('a')] }, told)]));
    play.say(1_000, { a: 'true' });
    play.input(judge('1', 'wrong'), 1_000 + limits.executorSilentMs + 1);
    expect(play.alerts.size).toBe(0);
    play.pass(1_000 + limits.executorSilentMs + 2);
    expect(play.alerts.get('A-1')?.state).toBe('firing');
  });
});

describe('in phases', () => {
  const phases = ['early', 'late'].map((name, place) => ({
    name,
    span: { kind: 'offsets', fromMs: place * 60_000, ...(place === 0 ? { toMs: 60_000 } : {}) } as const,
  }));
  const phased = planOf([rule('judged', wrong, { ...told, when: { phases: { late: wrong } } })], { launch: 0, phases });

  it('what is wrong already fires when its phase begins, also while intake is silent', () => {
    const play = new Play(phased);
    play.pass(1_000);
    play.input(judge('1', 'wrong'), 2_000);
    expect(play.alerts.size).toBe(0);
    play.clock(10_000);
    play.clock(70_000);
    expect(play.alerts.get('A-1')).toMatchObject({ state: 'firing', openedAt: 60_000 });
  });

  it('a rule that is applied while intake is silent finds what is wrong already', () => {
    const play = new Play(planOf([]));
    play.pass(1_000);
    play.input(judge('1', 'wrong'), 2_000);
    play.input({ kind: 'apply', plan: shop, version: 2, by: 'mia' }, 30_000);
    expect(play.alerts.get('A-1')).toMatchObject({ state: 'firing', openedAt: 30_000 });
  });
});

it('does not complete a duration of a test beyond what has been judged', () => {
  const both = rule('both', { kind: 'and', of: [wrong, lasting(isTrue('a'), 5_000)] }, told);
  const play = new Play(planOf([both]));
  play.say(1_000, { a: 'true' });
  play.pass(5_900);
  // Intake may still tell that it was broken before 6 s; what was said holds from then on.
  play.input(judge('1', 'wrong'), 6_100);
  play.say(6_200, {});
  expect(play.alerts.get('A-1')?.openedAt).toBe(6_100);
});

it('is known before anybody has judged: nothing is found wrong', () => {
  const play = new Play(planOf([rule('well', { kind: 'not', of: wrong }, told)]));
  play.pass(1_000);
  play.input(judge('1', 'right'), 1_001);
  expect(play.alerts.get('A-1')?.state).toBe('firing');
});

describe('a plan without the review', () => {
  const next = plan([], { comparisons: [books] });

  it('ends what was said of it, and says so before', () => {
    const play = new Play(shop);
    play.input(judge('1', 'wrong'), 1);
    play.input(list('u', 1), 2);
    const preview = previewApply(play.world, next, 3);
    expect(preview).toMatchObject({ reviewsEnd: ['first'], comparisonsEnd: [] });
    expect(previewSummary(preview)).toBe('1 alert resolves, 1 rule goes, 1 review ends');
    const { removals } = play.input({ kind: 'apply', plan: next, version: 2, by: 'mia' }, 3);
    expect(removals).toContainEqual({ kind: 'sample', key: 'first/1' });
    expect([...play.world.comparisons.keys()]).toEqual(['books']);
    expect(play.alerts.get('A-1')?.resolvedBecause).toBe('rule-removed');
  });

  it('finds nothing of it again when it comes back', () => {
    const play = new Play(shop);
    play.input(judge('1', 'wrong'), 1);
    play.input({ kind: 'apply', plan: next, version: 2, by: 'mia' }, 2);
    play.input({ kind: 'apply', plan: shop, version: 3, by: 'mia' }, 3);
    expect(play.world.samples.size).toBe(0);
    expect(play.alerts.size).toBe(1);
  });
});

it('keeps no text that names a user who is forgotten', () => {
  const play = new Play(shop);
  play.input(judge('1', 'wrong', { note: 'asha paid twice; asha2 did not' }), 1);
  play.input({ ...judge('2', 'right'), label: 'asha' }, 2);
  const examples = [{ key: 'INV-1', what: 'customer asha by hand, nothing in sales' }];
  play.input({ ...list('u', 1), examples } as CoreInput, 3);
  const { facts, changes } = play.input({ kind: 'forget', forms: ['asha'], instead: '[forgotten]' }, 4);
  expect(facts).toEqual([]);
  expect(changes.flatMap((row) => (row.kind === 'plan' ? [] : [row.key]))).toEqual(['first/1', 'first/2', 'books']);
  expect(play.world.samples.get('first/1')).toMatchObject({
    note: '[forgotten] paid twice; asha2 did not',
    version: 1,
  });
  expect(play.world.samples.get('first/2')?.label).toBe('[forgotten]');
  expect(play.world.comparisons.get('books')?.examples[0]?.what).toContain('customer [forgotten] by hand');
  expect(play.input({ kind: 'forget', forms: ['asha'], instead: '[forgotten]' }, 5).changes).toEqual([]);
});

it('stands after a restart', () => {
  const play = new Play(shop);
  play.input(judge('1', 'wrong'), 1);
  play.input(list('u', 1), 2);
  const { judgements, alerts, samples, comparisons, line } = play.world;
  const rows = [judgements, alerts, samples, comparisons].flatMap((map) => [...map.values()]);
  const again = new Play(loadWorld(shop, 1, [...rows, line], 10));
  expect(again.world).toEqual({ ...play.world, loadedAt: 10 });
  again.input({ kind: 'settle-comparison', ...closing }, 11);
  expect(again.alerts.get('A-1')).toBeUndefined();
  again.input(judge('1', 'settled'), 12);
  expect(again.alerts.get('A-1')?.state).toBe('resolved');
});
