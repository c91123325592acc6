import { expect, test } from 'vitest';
import type { AssessedCheckAnswer } from '#contract/assessments.ts';
import { HOUR_MS, MINUTE_MS } from '#kernel/instant.ts';
import { describeAssessments } from './assess.ts';

const day = (number: number): string => `2026-03-${String(number).padStart(2, '0')}T00:00:00.000Z`;
const held: AssessedCheckAnswer = {
  ...{ name: 'payments-match', kind: 'probe', state: 'held', knownMs: 168 * HOUR_MS, unknownMs: 0 },
  ...{ failures: 0, failedMs: 0, spans: [], isFailing: false },
};
const failed: AssessedCheckAnswer = {
  ...held,
  ...{ name: 'sale-totals', state: 'failed', failures: 2, failedMs: 75 * MINUTE_MS },
  ...{ firstFrom: day(9), lastFrom: day(10), lastTo: day(11) },
  found: { at: day(10), message: 'rows 1, expected rows = 0', evidence: 'invoice\nINV-000011' },
};
const unknown: AssessedCheckAnswer = {
  ...held,
  name: 'backup',
  state: 'unknown',
  knownMs: 166.3 * HOUR_MS,
  unknownMs: 1.7 * HOUR_MS,
};

test('each verdict names what it is for', () => {
  const phase = { phase: 'optimise', from: day(8), to: day(15) };
  const text = describeAssessments({
    at: day(16),
    assessments: [
      {
        name: 'data-integrity',
        phases: [
          { ...phase, state: 'failed', checks: [failed, held] },
          {
            phase: 'normal',
            from: day(15),
            state: 'failed',
            checks: [{ ...failed, failures: 1, isFailing: true, failedMs: 20_000 }],
          },
          { ...phase, state: 'not proved', checks: [held, unknown] },
          { ...phase, state: 'passed', checks: [held] },
          { phase: 'later', state: 'not begun', checks: [{ ...held, state: 'not begun' }] },
        ],
      },
    ],
  });
  expect(text).toBe(`data-integrity
  optimise: failed, ${day(8)} to ${day(15)}
    sale-totals failed 2 times, 1h15m in all, from ${day(9)} until ${day(11)}
      rows 1, expected rows = 0
      invoice
      INV-000011
    1 of 2 checks found nothing
  normal: failed, ${day(15)} on
    sale-totals failed once, 20s in all, from ${day(9)} and still does
      rows 1, expected rows = 0
      invoice
      INV-000011
  optimise: not proved, ${day(8)} to ${day(15)}
    backup is known for 98.9% of it
    1 of 2 checks found nothing
  optimise: passed, ${day(8)} to ${day(15)}
    1 of 1 checks found nothing
  later: not begun`);
  expect(describeAssessments({ at: day(1), assessments: [] })).toBe('The plan has no assessments.');
});
