import { expect, test } from 'vitest';
import { admitSamples, announce } from './admit.ts';
import { SampleBatchBuilder, type Series } from './batch.ts';
import { SeriesRegister } from './series-register.ts';

const NOW = 1_790_000_000_000;
const up: Series = { name: 'up', kind: 'gauge', labels: [['job', 'shop']] };

function batch(add: (builder: SampleBatchBuilder) => void) {
  const builder = new SampleBatchBuilder();
  add(builder);
  return builder.build();
}

test('a series is described until its description is durable, and again a day later, or when its kind is another', () => {
  const register = new SeriesRegister();
  const one = (kind: Series['kind'] = 'gauge') =>
    batch((builder) => builder.add(builder.series({ ...up, kind }), NOW, 1));
  const first = admitSamples(register, one(), NOW);
  expect(first.announced).toHaveLength(1);
  const second = admitSamples(register, one(), NOW);
  expect(second.announced).toHaveLength(1);
  expect(second.series[0]).toBe(first.series[0]);
  announce(register, first, NOW);
  expect(admitSamples(register, one(), NOW + 1).announced).toEqual([]);
  expect(admitSamples(register, one('counter'), NOW + 1).announced).toMatchObject([{ kind: 'counter' }]);
  expect(admitSamples(register, one('counter'), NOW + 86_400_001).announced).toHaveLength(1);
});

test('points are refused by themselves, series with all their points', () => {
  const register = new SeriesRegister();
  const result = admitSamples(
    register,
    batch((builder) => {
      const good = builder.series(up);
      const nameless = builder.series({ ...up, name: '' });
      const wide = builder.series({ ...up, labels: Array.from({ length: 65 }, (_, index) => [`l${index}`, 'x']) });
      const long = builder.series({ ...up, labels: [['l', 'x'.repeat(4_097)]] });
      for (const [series, time, value] of [
        [good, NOW, 1],
        [nameless, NOW, 2],
        [good, NOW + 60_001, 3],
        [good, NOW - 604_800_001, 4],
        [wide, NOW, 5],
        [good, NOW, Number.NaN],
        [good, NOW, Number.NEGATIVE_INFINITY],
        [long, NOW, 6],
        [long, NOW, 7],
        [good, NOW + 1, 8],
        [good, Number.NaN, 9],
      ] as const) {
        builder.add(series, time, value);
      }
    }),
    NOW,
  );
  expect([...result.values]).toEqual([1, 8]);
  expect([...result.times]).toEqual([NOW, NOW + 1]);
  expect(result.accepted).toBe(2);
  expect(Object.fromEntries(result.refused.map(({ code, count }) => [code, count]))).toEqual({
    'name-invalid': 1,
    'time-in-future': 1,
    'time-invalid': 1,
    'time-too-old': 1,
    'too-many-labels': 1,
    'value-invalid': 2,
    'label-invalid': 2,
  });
  expect(register.size).toBe(1);
});

test('an ended series makes room for another at once, a silent one after an hour; the others go on', () => {
  const register = new SeriesRegister(2);
  const send = (names: readonly string[], at: number) =>
    admitSamples(
      register,
      batch((builder) => names.forEach((name) => void builder.add(builder.series({ ...up, name }), at, 1))),
      at,
    );
  const full = send(['a', 'b', 'c'], NOW);
  expect(full.accepted).toBe(2);
  expect(full.refused).toMatchObject([{ code: 'too-many-series', count: 1 }]);

  const end = admitSamples(
    register,
    batch((builder) => builder.end(builder.series({ ...up, name: 'a' }), NOW)),
    NOW,
  );
  expect(end).toMatchObject({ accepted: 1, refused: [] });
  expect(end.times).toHaveLength(0);
  announce(register, end, NOW);
  // Looking for room takes a while to be done again, so that a flood of new series does not make it the work of every request.
  expect(send(['c'], NOW + 5_000).accepted).toBe(0);
  expect(send(['b', 'c'], NOW + 10_000).accepted).toBe(2);
  expect(send(['d'], NOW + 3_600_000).accepted).toBe(0);
  expect(send(['d'], NOW + 3_620_000).accepted).toBe(1);
  expect(register.size).toBe(1);
});
