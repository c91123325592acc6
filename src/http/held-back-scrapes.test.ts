import { expect, test } from 'vitest';
import { parseEgressAllow } from '#egress/allowance.ts';
import { createHoldsBack } from '#egress/holds-back.ts';
import { heldBackScrapes } from './held-back-scrapes.ts';

function sentences(allow: string, ...urls: readonly string[]) {
  const parsed = parseEgressAllow(allow);
  if (!parsed.ok) throw new Error(parsed.failure.message);
  const rest = { everyMs: {}, timeoutMs: 1, labels: [], keep: [], drop: [] };
  const scrapes = urls.map((url, index) => ({ name: `t${index}`, url, ...rest }));
  return heldBackScrapes({ scrapes }, createHoldsBack(parsed.value));
}

test('a target at a private address is named with what allows it, and not once that is set', () => {
  const urls = ['http://10.0.0.5:9100/metrics', 'https://[::1]/metrics', 'http://metrics.example/'];
  expect(sentences('', ...urls)).toEqual([
    'The target t0 is not asked: 10.0.0.5 is a private address. To allow it, add `10.0.0.5:9100` to WATCHBILL_EGRESS_ALLOW.',
    'The target t1 is not asked: ::1 is a loopback address. To allow it, add `[::1]:443` to WATCHBILL_EGRESS_ALLOW.',
  ]);
  expect(sentences('10.0.0.5:9100 ::1', ...urls)).toEqual([]);
});
