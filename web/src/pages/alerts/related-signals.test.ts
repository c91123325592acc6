import { expect, test } from 'vitest';
import type { SignalAnswer } from '#contract/overview.ts';
import { limitsOf, relatedSignals, sourcesOf } from './related-signals.ts';

const signal = (name: string, text: string, stream = false): SignalAnswer => ({
  name,
  text,
  baseUnit: 'fraction',
  unit: '%',
  by: [],
  atLeast: 0,
  stream,
  hasObjective: !stream,
  rules: [],
});
const signals = [
  signal('error_rate', 'share(requests where status >= 500) over 1m, at least 20'),
  signal('payment_success', 'share(payments where outcome = "ok") over 1m, at least 20'),
  signal('payment_failures', 'count(payments where outcome != "ok")', true),
];
const names = (rule: { signals: string[]; text: string }) =>
  relatedSignals({ name: 'r', ...rule }, signals, 2).map(({ signal: { name }, read }) => [name, read]);

test('a definition names its sources', () => {
  expect(sourcesOf('p95(requests.duration) over 30s')).toEqual(['requests']);
  expect(sourcesOf('ratio(count(a where x = 1), count(b))')).toEqual(['count', 'a', 'b']);
});

test('what the rule reads is drawn first', () => {
  expect(names({ signals: ['error_rate'], text: 'error_rate > 5% for 30s' })).toEqual([['error_rate', true]]);
  const counted = signal('failures in 10s', 'count(payments where outcome != "ok")');
  const both = relatedSignals(
    { name: 'r', signals: [counted.name], text: 'failures > 3 in 10s' },
    [...signals, counted],
    2,
  );
  expect(both.map(({ signal: { name }, read }) => [name, read])).toEqual([
    ['failures in 10s', true],
    ['payment_success', false],
  ]);
});

test('a rule on a stream shows what comes from the same events', () => {
  expect(names({ signals: ['payment_failures'], text: 'payment_failures > 3 in 10s' })).toEqual([
    ['payment_success', false],
  ]);
  expect(names({ signals: [], text: 'no requests in 10s' })).toEqual([['error_rate', false]]);
  expect(names({ signals: [], text: 'count(requests) > 150 in 30s' })).toEqual([['error_rate', false]]);
});

test('the limits of a rule are those of its tests on the signal', () => {
  const evidence = [
    { signals: ['payment_failures in 10s'], operator: '>' as const, against: [{ value: 3, shown: '3' }] },
    { signals: ['error_rate'], operator: '>=' as const, against: [{ value: 0.05, shown: '5%' }] },
    // `error_rate * 2 > 8%` has a limit, and it is none of the signal.
    { signals: ['error_rate'], against: [{ value: 0.08, shown: '8%' }] },
    { signals: [], against: [{ value: 10_000, shown: '10 s' }] },
  ];
  expect(limitsOf('payment_failures in 10s', evidence)).toEqual([{ value: 3, operator: '>' }]);
  expect(limitsOf('error_rate', evidence)).toEqual([{ value: 0.05, operator: '>=' }]);
  expect(limitsOf('memory', evidence)).toEqual([]);
});
