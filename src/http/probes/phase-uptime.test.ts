import { expect, test } from 'vitest';
import { HOUR_MS } from '#kernel/instant.ts';
import type { CompiledPhase } from '#plan/model.ts';
import { viewPhases } from './phase-uptime.ts';

const T0 = Date.UTC(2026, 9, 1, 12);
const phase = (name: string, from: number, to?: number): CompiledPhase => ({
  name,
  span: { kind: 'offsets', fromMs: from * HOUR_MS, ...(to === undefined ? {} : { toMs: to * HOUR_MS }) },
});
const every = { everyMs: { otherwise: 60_000, phases: { sale: 1_000 } } };

function view(phases: readonly CompiledPhase[], hours: number) {
  const to = T0 + hours * HOUR_MS;
  const segments = [
    { from: T0 - HOUR_MS, to: T0 + 3 * HOUR_MS, state: 'up' as const },
    { from: T0 + 3 * HOUR_MS, to, state: 'down' as const },
  ];
  return viewPhases({ phases, timezone: 'UTC' }, T0, every, { segments, from: T0 - HOUR_MS, to });
}
const at = (hours: number) => new Date(T0 + hours * HOUR_MS).toISOString();

test('time of two phases counts for the one in force, which is the last', () => {
  const found = view([phase('open', 0), phase('sale', 2, 4)], 6);
  expect(found).toEqual([
    // In force before and after the other one.
    {
      ...{ name: 'open', everyMs: 60_000, from: at(0), to: at(6) },
      ...{ upMs: 2 * HOUR_MS, downMs: 2 * HOUR_MS, unknownMs: 0, uptime: 0.5 },
    },
    {
      ...{ name: 'sale', everyMs: 1_000, from: at(2), to: at(4) },
      ...{ upMs: HOUR_MS, downMs: HOUR_MS, unknownMs: 0, uptime: 0.5 },
    },
  ]);
});

test('a phase that was never in force, or has not begun, has no uptime', () => {
  expect(view([phase('hidden', 1, 2), phase('open', 0), phase('later', 8)], 6).map(({ name }) => name)).toEqual([
    'open',
  ]);
});
