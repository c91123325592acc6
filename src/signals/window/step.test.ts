import { expect, test } from 'vitest';
import { limits } from '#kernel/limits.ts';
import { windowShape } from './step.ts';

const tenths = Array.from({ length: 591 }, (_, index) => 1_000 + index * limits.windowStepMs);
const seconds = Array.from({ length: 3_541 }, (_, index) => limits.windowOfTenthsMs + index * 1_000);

test.each([
  ['count', 1_000],
  ['percentile', 120],
] as const)('every window that a plan may have is cut for %s into at most %i steps', (kind, most) => {
  for (const ms of [...tenths, ...seconds]) {
    const { stepMs, steps } = windowShape({ function: kind, window: { kind: 'sliding', ms } });
    expect(stepMs * steps).toBe(ms);
    expect(steps, `${ms} ms`).toBeLessThanOrEqual(most);
  }
});
