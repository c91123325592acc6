import { expect, test } from 'vitest';
import type { Core } from '#engine/core-process.ts';
import type { Clock } from '#kernel/ports.ts';
import type { RowsOfUser } from '#storage/clickhouse/forget.ts';
import type { AskTelemetry } from '#storage/clickhouse/within.ts';
import { createUserServices } from './user-services.ts';

const NONE: RowsOfUser = { events: 0, mentions: 0, readings: 0, series: 0 };

/** A store that still has an event for a while, of which somebody judges a sample and compares a list each time that it is looked at. */
function forgetting(looks: number) {
  const said = { label: 'I-1 of u-1', fact: 'I-1 of u-1', list: 'I-1 of u-1' };
  const clock = { nowMs: 0 };
  let questions = 0;
  const ask = async (): Promise<RowsOfUser> => {
    questions += 1;
    // The second begins to remove.
    if (questions < looks + 2) Object.assign(said, { label: 'u-1', fact: 'u-1', list: 'u-1' });
    return questions < looks + 2 ? { ...NONE, events: 1 } : NONE;
  };
  const clean = (what: keyof typeof said, instead: string): number => {
    const isNamed = said[what].includes('u-1');
    said[what] = said[what].replaceAll('u-1', instead);
    return isNamed ? 1 : 0;
  };
  const core = {
    plans: () => ['shop'],
    link: { forget: async () => ({ forms: ['u-1'] }) },
    intakeStatus: async () => undefined,
    repositories: { forgetInFacts: async (_plan: string, _forms: unknown, to: string) => clean('fact', to) },
    forgetTexts: async (_plan: string, _forms: unknown, to: string) => void clean('label', to),
  };
  const after: Clock['after'] = (delayMs, run) => {
    clock.nowMs += delayMs;
    run();
    return () => {};
  };
  const services = createUserServices({
    core: core as unknown as Core,
    askTelemetry: ask as unknown as AskTelemetry,
    uploads: { forget: async (_plan, _forms, to) => clean('list', to) },
    clock: { now: () => 0, monotonicMs: () => clock.nowMs, schedule: () => () => {}, after },
  });
  return { services, said };
}

test('a verdict and a list that are made while events are removed do not keep the name', async () => {
  const { services, said } = forgetting(3);
  expect(await services.forget('shop', 'u-1')).toMatchObject({ events: 1, facts: 2, lists: 2, done: true });
  expect(Object.values(said).join()).not.toContain('u-1');
});

test('what was said is forgotten again also where removing takes longer than anybody waits', async () => {
  const { services, said } = forgetting(1_000_000);
  expect(await services.forget('shop', 'u-1')).toMatchObject({ facts: 2, lists: 2, done: false });
  expect(Object.values(said).join()).not.toContain('u-1');
});
