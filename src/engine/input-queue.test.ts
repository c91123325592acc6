import { describe, expect, it } from 'vitest';
import { limits } from '#kernel/limits.ts';
import type { Verdict } from '#plan/reading.ts';
import { InputQueue, type QueuedVerdicts } from './input-queue.ts';

const VERDICT: Verdict = {
  test: 't',
  group: '[]',
  truth: 'true',
  at: 1,
  reading: { state: 'value', value: 1, sampleSize: 1, at: 1 },
  against: [0],
};

function message(watermark: number, verdicts: readonly Verdict[] = [], planVersion = 1): QueuedVerdicts {
  return {
    kind: 'verdicts',
    input: { kind: 'verdicts', planVersion, watermark, verdicts },
    arrivedMs: watermark,
    acknowledge: () => {},
  };
}

const watermarks = (queue: InputQueue): number[] => queue.takeVerdicts(100).map((entry) => entry.input.watermark);

describe('the queue of inputs', () => {
  it('folds messages that only move the watermark into the next', () => {
    const queue = new InputQueue();
    for (const entry of [message(1), message(2), message(3)]) queue.pushVerdicts(entry);
    expect(queue.lagMs(10)).toBe(9);
    expect(watermarks(queue)).toEqual([3]);
  });

  it('keeps every message with verdicts, in order', () => {
    const queue = new InputQueue();
    const toldTrue = message(1, [VERDICT]);
    const toldFalse = message(2, [{ ...VERDICT, truth: 'false', at: 2 }]);
    for (const entry of [toldTrue, toldFalse, message(3), message(4, [VERDICT])]) queue.pushVerdicts(entry);
    expect(watermarks(queue)).toEqual([1, 2, 4]);
  });

  it('folds no message that tells of a time in which nobody listened', () => {
    const queue = new InputQueue();
    const gap = message(2);
    queue.pushVerdicts({ ...gap, input: { ...gap.input, unheard: { from: 1, until: 2 } } });
    queue.pushVerdicts(message(3));
    expect(watermarks(queue)).toEqual([2, 3]);
  });

  it('does not fold messages of different versions', () => {
    const queue = new InputQueue();
    queue.pushVerdicts(message(1, [], 1));
    queue.pushVerdicts(message(2, [], 2));
    expect(watermarks(queue)).toEqual([1, 2]);
  });

  it('takes no more than its limit, and again after it was emptied', () => {
    const queue = new InputQueue();
    for (let n = 0; n < limits.coreInputs; n += 1) expect(queue.pushVerdicts(message(n, [VERDICT]))).toBe(true);
    expect(queue.pushVerdicts(message(-1, [VERDICT]))).toBe(false);
    queue.dropVerdicts();
    expect(queue.pushVerdicts(message(-1, [VERDICT]))).toBe(true);
  });
});
