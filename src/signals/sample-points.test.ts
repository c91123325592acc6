import fc from 'fast-check';
import { expect, test } from 'vitest';
import { PointReader, type PointSeries } from './sample-points.ts';

const T0 = 1_790_000_000_000;
const MINUTE_MS = 60_000;
const requests: PointSeries = { name: 'requests_total', kind: 'counter', labels: [['route', '/pay']] };

/** What each point added, by its record; `undefined` where nothing can be said. */
function increases(points: readonly (readonly [time: number, value: number])[], series: PointSeries = requests) {
  const reader = new PointReader(series);
  return points.map(([time, value]) => reader.read(series, T0 + time, value)?.increase);
}

test('a counter that is scraped tells what happened, whenever it starts again and whatever is repeated or late', () => {
  fc.assert(
    fc.property(
      fc.array(
        fc.record({
          happened: fc.array(fc.nat(50), { maxLength: 3 }),
          isLost: fc.boolean(),
          restarts: fc.boolean(),
          isSentTwice: fc.boolean(),
        }),
        { maxLength: 40 },
      ),
      (scrapes) => {
        // What a process counts, looked at every 15 seconds; only what it counted after its last look is lost when it starts again.
        let counter = 0;
        let unseen = 0;
        let seen = 0;
        let isFirst = true;
        let lastSent = 0;
        const points: (readonly [number, number])[] = [];
        scrapes.forEach(({ happened, isLost, restarts, isSentTwice }, index) => {
          for (const count of happened) {
            counter += count;
            unseen += count;
          }
          // A process that starts again and passes its old figure before the next look cannot be told from one that ran on.
          if (restarts && !isLost && counter > 0) {
            unseen = 0;
            counter = 0;
            if (lastSent === 0) return;
          }
          if (isLost) return;
          points.push([index * 15_000, counter]);
          if (isSentTwice) points.push([index * 15_000, counter]);
          if (!isFirst) seen += unseen;
          isFirst = false;
          unseen = 0;
          lastSent = counter;
        });
        const total = increases(points).reduce((sum: number, increase) => sum + (increase ?? 0), 0);
        expect(total).toBe(seen);
      },
    ),
  );
});

test('the first point has no increase, unless its counter has just begun', () => {
  expect(
    increases([
      [0, 7],
      [15_000, 9],
    ]),
  ).toEqual([undefined, 2]);
  expect(
    increases(
      [
        [0, 7],
        [15_000, 9],
      ],
      { ...requests, startedAt: T0 - MINUTE_MS },
    ),
  ).toEqual([7, 2]);
  expect(increases([[0, 7]], { ...requests, startedAt: T0 - 6 * MINUTE_MS })).toEqual([undefined]);
});

test('a lower value, or a later beginning, means that it started again', () => {
  expect(
    increases([
      [0, 7],
      [15_000, 3],
      [30_000, 4],
    ]),
  ).toEqual([undefined, 3, 1]);
  const reader = new PointReader(requests);
  reader.read(requests, T0, 7);
  const restarted = { ...requests, startedAt: T0 + 10_000 };
  expect(reader.read(restarted, T0 + 15_000, 9)?.increase).toBe(9);
  expect(reader.read(restarted, T0 + 30_000, 10)?.increase).toBe(1);
});

test('a late point takes nothing from the newer one, and the same point again is none', () => {
  const reader = new PointReader(requests);
  const read = (time: number, value: number) => reader.read(requests, T0 + time, value);
  read(0, 10);
  expect(read(30_000, 16)?.increase).toBe(6);
  expect(read(15_000, 12)).toMatchObject({ value: 12, time: T0 + 15_000 });
  expect(read(15_000, 12)?.increase).toBeUndefined();
  expect(read(30_000, 16)).toBeUndefined();
  expect(read(45_000, 17)?.increase).toBe(1);
});

test('after a long silence it begins anew; a series whose points come seldom is not silent so soon', () => {
  expect(
    increases([
      [0, 1],
      [5 * MINUTE_MS, 2],
      [10 * MINUTE_MS + 1, 3],
    ]),
  ).toEqual([undefined, 1, 1]);
  expect(
    increases([
      [0, 1],
      [5 * MINUTE_MS + 1, 2],
      [5 * MINUTE_MS + 2, 4],
    ]),
  ).toEqual([undefined, undefined, 2]);
  const seldom = [0, 10, 20, 50, 81].map((minutes, index) => [minutes * MINUTE_MS, index] as const);
  expect(increases(seldom)).toEqual([undefined, undefined, 1, 1, 1]);
});

test('a gauge has no increase, a delta is one', () => {
  expect(
    increases(
      [
        [0, 7],
        [15_000, 9],
      ],
      { ...requests, kind: 'gauge' },
    ),
  ).toEqual([undefined, undefined]);
  expect(
    increases(
      [
        [0, 7],
        [15_000, 9],
        [30_000, 1],
      ],
      { ...requests, kind: 'delta' },
    ),
  ).toEqual([7, 9, 1]);
});

test('a reader goes on from where another one was', () => {
  const first = new PointReader(requests);
  first.read(requests, T0, 10);
  const second = new PointReader(requests, first.last);
  expect(second.read(requests, T0 + 15_000, 12)).toEqual({
    name: '\u0000samples requests_total',
    time: T0 + 15_000,
    id: '',
    value: 12,
    increase: 2,
    attributes: { route: '/pay' },
  });
});
