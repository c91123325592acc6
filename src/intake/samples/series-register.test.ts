import { expect, test } from 'vitest';
import { T0 } from '../test-support.ts';
import type { Series } from './batch.ts';
import { KnownSeries, SeriesRegister } from './series-register.ts';

const paid = (customer: string): Series => ({ name: 'paid_total', kind: 'counter', labels: [['customer', customer]] });
const cpu: Series = { name: 'cpu', kind: 'gauge', labels: [] };
const withoutLabels = (series: Series): Series => (series.labels.length === 0 ? series : { ...series, labels: [] });

function intern(register: SeriesRegister, series: Series): KnownSeries {
  const known = register.intern(series, T0);
  if (!(known instanceof KnownSeries)) throw new Error(known.message);
  return known;
}

test('another scrub list holds for series that are known already, and leaves the others as they are', () => {
  const register = new SeriesRegister();
  const cache = register.cacheOf('test');
  const before = intern(register, paid('mia'));
  const untouched = intern(register, cpu);
  cache.put(1, 2, before);
  register.scrub = withoutLabels;
  expect(cache.find(1, 2)).toBeUndefined();
  for (const sent of [before, paid('mia'), paid('ben')]) expect(intern(register, sent).labels).toEqual([]);
  expect(intern(register, cpu)).toBe(untouched);
  expect([...register.all].flatMap(({ labels }) => labels)).toEqual([]);
});

test('what the list names no more is kept again', () => {
  const register = new SeriesRegister();
  register.scrub = withoutLabels;
  register.cacheOf('test').put(1, 2, intern(register, paid('mia')));
  register.scrub = (series) => series;
  expect(register.cacheOf('test').find(1, 2)).toBeUndefined();
  expect(intern(register, paid('mia')).labels).toEqual([['customer', 'mia']]);
});

test('a series that names a forgotten user comes back as new, with a description', () => {
  const register = new SeriesRegister();
  const cache = register.cacheOf('test');
  const mia = intern(register, paid('mia'));
  const ben = intern(register, paid('ben'));
  cache.put(1, 2, mia);
  mia.announcedAt = T0;
  register.forget(new Set(['mia']));
  expect([...register.all]).toEqual([ben]);
  expect(cache.find(1, 2)).toBeUndefined();
  const again = intern(register, mia);
  expect([again === mia, again.announcedAt]).toEqual([false, Number.NEGATIVE_INFINITY]);
});
