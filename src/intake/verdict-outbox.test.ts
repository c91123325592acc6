import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { HOUR_MS, MINUTE_MS } from '#kernel/instant.ts';
import type { Truth, Verdict } from '#plan/reading.ts';
import { VerdictOutbox } from './verdict-outbox.ts';

function verdict(test: string, truth: Truth, at: number, gone?: true): Verdict {
  return {
    test,
    group: '[]',
    truth,
    at,
    reading: { state: 'value', value: at, sampleSize: 1, at },
    against: [1],
    ...(gone && { gone }),
  };
}

const short = (verdicts: readonly Verdict[]): readonly string[] =>
  verdicts.map((one) => `${one.test} ${one.truth} ${one.at}`);

describe('the outbox', () => {
  test('tells each change once on a connection, and all that is not committed on the next', () => {
    const outbox = new VerdictOutbox(100);
    outbox.add([verdict('a', 'true', 1), verdict('a', 'false', 2)]);
    expect(short(outbox.take(1, 10))).toEqual(['a true 1', 'a false 2']);
    expect(outbox.take(2, 10)).toEqual([]);
    outbox.add([verdict('a', 'true', 3)]);
    expect(short(outbox.take(2, 10))).toEqual(['a true 3']);
    outbox.committed(1, 0);
    outbox.connect(0);
    expect(short(outbox.base(10).verdicts)).toEqual(['a false 2']);
    expect(short(outbox.take(1, 10))).toEqual(['a true 3']);
  });

  test('the base is dated before the first change that follows', () => {
    const outbox = new VerdictOutbox(100);
    expect(outbox.base(10).watermark).toBe(10);
    outbox.add([verdict('a', 'true', 7)]);
    expect(outbox.base(10).watermark).toBe(6);
  });

  test('a time in which nobody listened is told once on a connection, and again until the stored watermark is past it', () => {
    const outbox = new VerdictOutbox(100);
    outbox.addUnheard({ from: 5, until: 8 });
    outbox.addUnheard({ from: 12, until: 15 });
    outbox.connect(3);
    expect(outbox.base(20).watermark).toBe(4);
    expect(outbox.takeUnheard(2)).toEqual({ from: 5, until: 8 });
    expect(outbox.takeUnheard(3)).toEqual({ from: 12, until: 15 });
    expect(outbox.takeUnheard(4)).toBeUndefined();
    outbox.committed(2, 7);
    expect(outbox.state.unheard).toHaveLength(2);
    outbox.committed(2, 16);
    expect(outbox.state.unheard).toEqual([{ from: 12, until: 15 }]);
    const restarted = new VerdictOutbox(100, outbox.state);
    restarted.connect(14);
    expect(restarted.takeUnheard(2)).toEqual({ from: 12, until: 15 });
    restarted.connect(15);
    expect(restarted.takeUnheard(2)).toBeUndefined();
  });

  test('what the core has committed by its watermark is not told again', () => {
    const outbox = new VerdictOutbox(100);
    outbox.add([verdict('a', 'true', 1), verdict('a', 'false', 5)]);
    outbox.connect(4);
    expect(short(outbox.base(10).verdicts)).toEqual(['a true 1']);
    expect(short(outbox.take(1, 10))).toEqual(['a false 5']);
  });

  test('a change later than the watermark waits', () => {
    const outbox = new VerdictOutbox(100);
    outbox.add([verdict('a', 'true', 1), verdict('a', 'false', 5)]);
    expect(short(outbox.take(1, 4))).toEqual(['a true 1']);
    expect(short(outbox.take(2, 5))).toEqual(['a false 5']);
  });

  test('its state gives an outbox that says the same', () => {
    const outbox = new VerdictOutbox(100);
    outbox.add([verdict('a', 'true', 1), verdict('b', 'true', 2)]);
    outbox.take(1, 1);
    outbox.committed(1, 0);
    const again = new VerdictOutbox(100, outbox.state);
    expect(short(again.base(10).verdicts)).toEqual(['a true 1']);
    expect(short(again.take(1, 10))).toEqual(['b true 2']);
    again.reconcile([verdict('a', 'true', 1), verdict('b', 'false', 2)], 9);
    expect(short(again.take(2, 10))).toEqual(['b false 9']);
  });

  test('a group that is gone is told for an hour', () => {
    const outbox = new VerdictOutbox(100);
    outbox.add([verdict('a', 'false', 1, true)]);
    outbox.take(1, 1);
    outbox.committed(1, 0);
    expect(outbox.base(HOUR_MS).verdicts).toHaveLength(1);
    expect(outbox.base(HOUR_MS + 2).verdicts).toHaveLength(0);
  });

  test('forgets the tests that a new version of the plan lacks', () => {
    const outbox = new VerdictOutbox(100);
    outbox.add([verdict('a', 'true', 1), verdict('b', 'true', 2)]);
    outbox.retain(new Set(['b']));
    expect(short(outbox.take(1, 10))).toEqual(['b true 2']);
    expect(short(outbox.latest)).toEqual(['b true 2']);
  });

  test('over its capacity it keeps of each test the longest time in which it was true, and how it stands', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.record({
            name: fc.constantFrom('a', 'b', 'c'),
            truth: fc.constantFrom<Truth>('true', 'false', 'unknown'),
          }),
          {
            minLength: 40,
            maxLength: 200,
          },
        ),
        (changes) => {
          const all = changes.map(({ name, truth }, index) => verdict(name, truth, index * index));
          const outbox = new VerdictOutbox(20);
          for (const one of all) outbox.add([one]);
          const kept = outbox.take(1, Number.MAX_SAFE_INTEGER);
          expect(kept.length).toBeLessThanOrEqual(41);
          expect(kept.map((one) => one.at)).toEqual(kept.map((one) => one.at).toSorted((left, right) => left - right));
          for (const name of ['a', 'b', 'c']) {
            const of = (verdicts: readonly Verdict[]) => verdicts.filter((one) => one.test === name);
            expect(longestTrue(of(kept))).toBe(longestTrue(of(all)));
            expect(of(kept).at(-1)).toEqual(of(all).at(-1));
          }
        },
      ),
    );
  });
});

test('a time in which nobody listened makes no stretch the longest', () => {
  const outbox = new VerdictOutbox(4);
  outbox.addUnheard({ from: 21, until: 100 });
  outbox.add([
    verdict('a', 'true', 1),
    verdict('a', 'false', 9),
    verdict('a', 'true', 15),
    verdict('a', 'false', 101),
    verdict('a', 'unknown', 102),
  ]);
  expect(short(outbox.take(1, 200))).toEqual(['a true 1', 'a false 9', 'a unknown 102']);
});

test('groups that come and go do not pile up while a connection lasts', () => {
  const outbox = new VerdictOutbox(100);
  const groups = 5_000;
  for (let group = 0; group < groups; group += 1) {
    const at = group * MINUTE_MS;
    outbox.add([
      { ...verdict('a', 'true', at), group: `["${group}"]` },
      { ...verdict('a', 'false', at + 1, true), group: `["${group}"]` },
    ]);
    outbox.take(group, at + 1);
    outbox.committed(group, at + 1);
  }
  // An hour's worth of them is still told on connect.
  expect(outbox.state.base.length).toBeLessThanOrEqual(62);
  expect(outbox.latest.length).toBeLessThanOrEqual(62);
  expect(outbox.state.base.at(-1)).toMatchObject({ group: `["${groups - 1}"]`, gone: true });
});

/** Of the stretches of *true* that have come to their end. */
function longestTrue(verdicts: readonly Verdict[]): number {
  let longest = -1;
  let since: number | undefined;
  for (const { truth, at } of verdicts) {
    if (truth === 'true') since ??= at;
    else if (since !== undefined) {
      longest = Math.max(longest, at - since);
      since = undefined;
    }
  }
  return longest;
}
