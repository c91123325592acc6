import fc from 'fast-check';
import { expect, test } from 'vitest';
import { instanceOf, matches, type Relabelling, relabel } from './relabel.ts';

const target: Relabelling = {
  keep: [],
  drop: [],
  labels: [
    ['job', 'api'],
    ['instance', '10.0.0.5:9100'],
    ['service', 'shop'],
  ],
};

test('labels of the target win, and what they replace is told as exported', () => {
  expect(relabel('up{job="x",zone="b",exported_job="y",service="z"}', undefined, target)).toEqual({
    name: 'up',
    kind: 'gauge',
    labels: [
      ['exported_exported_job', 'x'],
      ['exported_job', 'y'],
      ['exported_service', 'z'],
      ['instance', '10.0.0.5:9100'],
      ['job', 'api'],
      ['service', 'shop'],
      ['zone', 'b'],
    ],
  });
});

test('names are kept and dropped by pattern, dropping last', () => {
  const wanted = { ...target, keep: ['http_*', 'well'], drop: ['*_bucket'] };
  const names = ['http_requests_total', 'http_seconds_bucket', 'well', 'wells', 'go_gc'];
  expect(names.filter((name) => relabel(name, undefined, wanted) !== undefined)).toEqual([
    'http_requests_total',
    'well',
  ]);
});

test('what is said of every target ourselves is not taken from it, unless it is told apart', () => {
  expect(relabel('up', undefined, target)).toBeUndefined();
  expect(relabel('up{shard="1"}', undefined, target)).toMatchObject({ name: 'up' });
});

test('the instance has a port in any case', () => {
  expect(instanceOf('http://10.0.0.5:9100/metrics')).toBe('10.0.0.5:9100');
  expect(instanceOf('https://db.tea.example/metrics')).toBe('db.tea.example:443');
  expect(instanceOf('http://[fd00::1]/metrics')).toBe('[fd00::1]:80');
});

test('patterns match as the same pattern does as an expression', () => {
  const letters = (more: string) => fc.string({ unit: fc.constantFrom('a', 'b', ...more), maxLength: 8 });
  fc.assert(
    fc.property(letters('*'), letters(''), (pattern, text) => {
      expect(matches(pattern, text)).toBe(new RegExp(`^${pattern.replaceAll('*', '.*')}$`).test(text));
    }),
  );
});
