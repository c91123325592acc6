import { expect, test } from 'vitest';
import { isTrue, lasting, Play, plan, rule } from '#core/testing.ts';
import type { CompiledPlan, Condition } from '#plan/model.ts';
import type { Truth } from '#plan/reading.ts';
import { unjudgedRules } from './unjudged-rules.ts';

type Truths = Readonly<Record<string, Truth>>;

/** What is unjudged at `at`, when all was said at 0. */
function unjudged(of: CompiledPlan, truths: Truths, at = 61_000): readonly string[] {
  const play = new Play(of);
  play.say(0, truths);
  play.pass(at);
  return unjudgedRules(play.world, true);
}

const heap = plan([rule('heap', lasting(isTrue('a'), 5_000)), rule('errors', isTrue('b'))]);

test('a rule whose test has had no data for longer than a minute is unjudged', () => {
  expect(unjudged(heap, { a: 'unknown', b: 'false' })).toEqual(['heap']);
  expect(unjudged(heap, { a: 'unknown', b: 'false' }, 60_000)).toEqual([]);
  expect(unjudged(heap, { a: 'false', b: 'false' })).toEqual([]);
});

test('nothing is unjudged while the plan receives nothing', () => {
  const play = new Play(heap);
  play.say(0, { a: 'unknown' });
  play.pass(61_000);
  expect(unjudgedRules(play.world, false)).toEqual([]);
});

test('one group with data is enough', () => {
  const routes = plan([rule('routes', isTrue('A'))]);
  expect(unjudged(routes, { 'A/x': 'unknown', 'A/y': 'unknown' })).toEqual(['routes']);
  expect(unjudged(routes, { 'A/x': 'unknown', 'A/y': 'false' })).toEqual([]);
});

test.each<[Condition, Truths, boolean]>([
  [{ kind: 'and', of: [isTrue('a'), isTrue('b')] }, { a: 'unknown', b: 'true' }, true],
  [{ kind: 'and', of: [isTrue('a'), isTrue('b')] }, { a: 'unknown', b: 'false' }, false],
  [{ kind: 'or', of: [isTrue('a'), isTrue('b')] }, { a: 'unknown', b: 'false' }, true],
  [{ kind: 'or', of: [isTrue('a'), isTrue('b')] }, { a: 'unknown', b: 'true' }, false],
  [{ kind: 'not', of: isTrue('a') }, { a: 'unknown' }, true],
  [{ kind: 'and', of: [isTrue('a'), { kind: 'rule-firing', rule: 'other' }] }, { a: 'unknown' }, false],
])('%j with %j: unjudged %s', (condition, truths, expected) => {
  expect(unjudged(plan([rule('mixed', condition)]), truths)).toEqual(expected ? ['mixed'] : []);
});

test('a rule that is disabled or sleeps in this phase is not asked for', () => {
  const asleep = rule('asleep', isTrue('a'), { when: { phases: { peak: isTrue('a') } } });
  expect(unjudged(plan([rule('off', isTrue('a'), { enabled: false }), asleep]), { a: 'unknown' })).toEqual([]);
});

test('too few events are the author’s own wish, and no lack of data', () => {
  const play = new Play(heap);
  const reading = { state: 'too few', value: 1, sampleSize: 3, needed: 20, at: 0 } as const;
  play.batch([{ test: 'a', group: '[]', truth: 'unknown', at: 0, reading, against: [1] }], 61_000);
  expect(unjudgedRules(play.world, true)).toEqual([]);
});
