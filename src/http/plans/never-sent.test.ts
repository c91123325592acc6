import { expect, test } from 'vitest';
import { plan } from '#core/testing.ts';
import { WatchbillError } from '#kernel/error-codes.ts';
import type { AskTelemetry } from '#storage/clickhouse/within.ts';
import { clock } from '../../../test/kit/postgres.ts';
import { createNeverSent } from './never-sent.ts';

const reads = plan([], {
  sources: { payments: { name: 'payments', event: 'payment', oncePer: 'order', units: {} } },
});

function asking(answer: ReadonlyMap<string, readonly string[]> | Error): ReturnType<typeof createNeverSent> {
  const ask = async () => {
    if (answer instanceof Error) throw answer;
    return answer;
  };
  return createNeverSent(ask as unknown as AskTelemetry, clock);
}

test('what the store has of an event is held against what the plan reads', async () => {
  expect(await asking(new Map([['payment', ['orders']]]))(reads)).toEqual([
    'None of the latest "payment" events has a field "order" (known: orders). Source payments reads it.',
  ]);
  expect(await asking(new Map())(reads)).toEqual([]);
});

test('while the store is away nothing is said; any other failure is told', async () => {
  expect(await asking(new WatchbillError('telemetry-away', 'Away.'))(reads)).toEqual([]);
  await expect(asking(new Error('broken'))(reads)).rejects.toThrow('broken');
});

test('the store is not asked for a plan that reads no fields, nor for a text with errors', async () => {
  const broken = asking(new Error('asked'));
  expect(await broken(plan([]))).toEqual([]);
  expect(await broken(undefined)).toEqual([]);
});
