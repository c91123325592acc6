import { expect, test } from 'vitest';
import type { StatusAnswer } from '#contract/status.ts';
import { describeAssessments } from './assess.ts';
import { print } from './reach.ts';
import { shown, shownLines } from './shown.ts';
import { describeStatus } from './status.ts';
import { formatTable } from './table.ts';
import { emptyRuntime } from './testing.ts';

const HOSTILE = 'a\u001b]0;owned\u0007\r\u009b2Jb\tc';

test('what a terminal would obey becomes blanks, and lines stay lines', () => {
  expect(shown(`${HOSTILE}\nd`)).toBe('a ]0;owned   2Jb c d');
  expect(shownLines(`${HOSTILE}\nd`)).toBe('a ]0;owned   2Jb c\nd');
});

test('no command prints what a target answered as it is', () => {
  const { runtime, kept } = emptyRuntime('/');
  const check = {
    name: 'api',
    kind: 'probe',
    state: 'failed',
    knownMs: 1,
    unknownMs: 0,
    failures: 1,
    failedMs: 1,
  } as const;
  const found = { at: '2026-03-02T00:00:00Z', message: HOSTILE, evidence: `${HOSTILE}\n${HOSTILE}` };
  const checks = [{ ...check, spans: [], isFailing: false, found }];
  const assessments = [{ name: 'whole', phases: [{ phase: 'one', state: 'failed' as const, checks }] }];
  print(runtime, {}, {}, describeAssessments({ at: '2026-03-02T00:00:00Z', assessments }));
  print(runtime, {}, {}, HOSTILE);
  const plan = { title: HOSTILE, plan: 'shop', version: 1, notices: [HOSTILE], signals: [] };
  const alert = { rule: 'r', group: [HOSTILE], severity: 's', state: 'firing', sinceMs: 0, reason: HOSTILE };
  const intake = { ready: true, reasons: [HOSTILE], rejected: {}, accepted: 0, segmentsWaiting: 0 };
  const status = { version: '1', ready: true, reasons: [], plans: [{ ...plan, alerts: [alert] }], intake };
  print(runtime, {}, {}, describeStatus(status as unknown as StatusAnswer));
  print(runtime, {}, {}, formatTable(['name'], [[`${HOSTILE}\nforged`]]));
  expect(kept.output).toContain('owned');
  expect(kept.output).not.toMatch(/[^\P{Cc}\n]/u);
  expect(kept.output).not.toMatch(/^forged/m);
});
