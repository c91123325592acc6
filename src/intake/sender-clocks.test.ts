import { expect, test } from 'vitest';
import { HOUR_MS, MINUTE_MS, SECOND_MS } from '#kernel/instant.ts';
import { checkTime, type Decoded } from './decoding.ts';
import { SenderClocks } from './sender-clocks.ts';
import { T0 } from './test-support.ts';

/** A request whose records were made at these distances from its receipt. */
function decoded(offsetsMs: readonly number[], receivedAt: number): Decoded {
  const judged = offsetsMs.map((offset, index) => ({
    index,
    refusal: checkTime(receivedAt + offset, receivedAt),
    record: { name: 'order', id: String(index), time: receivedAt + offset, attributes: {} },
  }));
  return {
    records: judged.filter(({ refusal }) => refusal === undefined).map(({ record }) => record),
    rejected: judged.flatMap(({ refusal, index }) => (refusal === undefined ? [] : [{ ...refusal, index }])),
    ownIds: [],
    newFields: new Map(),
    recognisable: true,
  };
}

function clocksAfter(requests: readonly (readonly number[])[]): ReturnType<SenderClocks['wrong']> {
  const clocks = new SenderClocks();
  for (const [index, offsets] of requests.entries()) {
    const receivedAt = T0 + index * 1_000;
    clocks.note('key-1', decoded(offsets, receivedAt), receivedAt);
  }
  return clocks.wrong();
}

test('a clock that is ahead is known, although its records are refused', () => {
  const requests = Array.from({ length: 6 }, (_, index) => [3 * HOUR_MS + index * 100, 2 * HOUR_MS]);
  expect(clocksAfter(requests)).toEqual([{ key: 'key-1', aheadMs: 3 * HOUR_MS + 200, lastAt: T0 + 5_000 }]);
});

test('a clock that is behind is known by the newest record of each request', () => {
  const requests = Array.from({ length: 9 }, (_, index) => [-2 * HOUR_MS, -HOUR_MS - index * SECOND_MS]);
  expect(clocksAfter(requests)).toMatchObject([{ aheadMs: -HOUR_MS - 4 * SECOND_MS }]);
});

test.each([
  ['too few requests', [[HOUR_MS], [HOUR_MS]]],
  ['a right clock with old records', Array.from({ length: 9 }, () => [-HOUR_MS, -10])],
  ['old data that are sent late', Array.from({ length: 20 }, (_, index) => [-HOUR_MS + index * 3 * MINUTE_MS])],
  ['records without a time', Array.from({ length: 9 }, () => [0])],
  ['nothing', Array.from({ length: 9 }, () => [])],
] as const)('%s: no wrong clock', (_, requests) => expect(clocksAfter(requests)).toEqual([]));
