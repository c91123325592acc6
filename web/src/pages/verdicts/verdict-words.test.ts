import { expect, test } from 'vitest';
import type { AssessedCheckAnswer, PhaseVerdictAnswer } from '#contract/assessments.ts';
import { checkTone, failedNow, failuresText, isOver, verdictsSentence } from './verdict-words.ts';

const HOUR = 3_600_000;
const held: AssessedCheckAnswer = {
  ...{ name: 'totals', kind: 'probe', state: 'held', knownMs: 100 * HOUR, unknownMs: 0 },
  ...{ failures: 0, failedMs: 0, spans: [], isFailing: false },
};
const failed: AssessedCheckAnswer = { ...held, state: 'failed', failures: 1, failedMs: HOUR / 4 };
const unknown: AssessedCheckAnswer = {
  ...held,
  name: 'links',
  state: 'unknown',
  knownMs: 98.999 * HOUR,
  unknownMs: 1.001 * HOUR,
};
const phase = (state: PhaseVerdictAnswer['state'], ...checks: AssessedCheckAnswer[]): PhaseVerdictAnswer => ({
  ...{ phase: 'optimise', state, from: '2026-01-08T00:00:00Z', to: '2026-01-15T00:00:00Z' },
  checks: checks.length === 0 ? [held] : checks,
});
const sentence = (...phases: PhaseVerdictAnswer[]): string => verdictsSentence([{ name: 'data', phases }]).word;

test('the worst verdict is the state of the page, with what it is for', () => {
  expect(sentence(phase('passed'))).toBe('data in optimise passed.');
  expect(sentence(phase('passed'), phase('passed'), phase('not begun'))).toBe('2 verdicts passed.');
  expect(sentence(phase('passed'), phase('so far'))).toBe('Nothing was found so far: data in optimise.');
  expect(sentence(phase('so far'), phase('not proved', held, unknown))).toBe(
    'data in optimise is not proved: too little is known of links.',
  );
  const many = ['a', 'b', 'c', 'd', 'e'].map((name) => ({ ...failed, name }));
  expect(sentence(phase('not proved', unknown), phase('failed', held, ...many))).toBe(
    'data in optimise failed: a, b, c and 2 more.',
  );
  expect(sentence(phase('failed', failed), phase('failed', failed))).toBe('2 verdicts of 2 failed.');
  expect(sentence(phase('not begun'))).toBe('No phase of them has begun.');
});

test('of the phase in force the failed ones are named', () => {
  const assessments = [
    { name: 'data', phases: [phase('failed', held, failed)] },
    { name: 'backups', phases: [phase('so far')] },
  ];
  expect(failedNow(assessments, 'optimise')).toEqual([{ name: 'data', text: 'in optimise: totals' }]);
  expect(failedNow(assessments, 'normal')).toEqual([]);
  expect(failedNow(assessments, undefined)).toEqual([]);
});

test('what is not known yet is held against a phase only when it is over', () => {
  expect(checkTone(unknown, true)).toEqual({ tone: 'warning', word: '98.99% known' });
  expect(checkTone(unknown, false)).toMatchObject({ tone: 'none' });
  expect(checkTone({ ...failed, isFailing: true }, false)).toEqual({ tone: 'critical', word: 'fails' });
  expect(checkTone(held, true)).toEqual({ tone: 'good', word: 'nothing found' });
  expect(failuresText(failed)).toBe('once, 15 min');
  expect(failuresText({ ...failed, failures: 3, failedMs: 0 })).toBe('3 times, a moment');
  expect(isOver(phase('failed'), '2026-01-15T00:00:00Z')).toBe(true);
  expect(isOver(phase('failed'), '2026-01-14T23:59:59Z')).toBe(false);
});
