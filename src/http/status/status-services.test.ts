import { expect, test } from 'vitest';
import type { Core } from '#engine/core-process.ts';
import { createStatusServices } from './status-services.ts';

test('however many ask at once whether the server is ready, intake is asked once', async () => {
  let asked = 0;
  const waiting = Promise.withResolvers<undefined>();
  const core = {
    intakeStatus: () => {
      asked += 1;
      return waiting.promise;
    },
    readiness: () => ({ ready: true, reasons: [] }),
    link: { connected: () => true },
  } as unknown as Core;
  const status = createStatusServices({
    core,
    clock: { now: () => 0, monotonicMs: () => 0, schedule: () => () => {}, after: () => () => {} },
    version: '1.2.3',
    storeProblems: async () => [],
    unreachable: async () => [],
  });
  const answers = Promise.all([status.readiness(), status.readiness(), status.readiness()]);
  waiting.resolve(undefined);
  const silent = { ready: false, reasons: ['Intake does not answer.'] };
  expect(await answers).toMatchObject([silent, silent, silent]);
  expect(asked).toBe(1);
  await status.readiness();
  expect(asked).toBe(2);
});
