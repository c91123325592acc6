import { expect, test } from 'vitest';
import { DAY_MS, HOUR_MS } from '#kernel/instant.ts';
import { limits } from '#kernel/limits.ts';
import { createLiveExecutor } from '#signals/live-executor.ts';
import { formulaOf, measureOf, planOf, signalOf, sourceOf } from '#signals/plan.fixture.ts';
import type { StoredKey } from '#signals/sql/keys-sql.ts';
import type { AskTelemetry } from '#storage/clickhouse/within.ts';
import { readKeys } from './read-keys.ts';

const NOW = Date.parse('2026-03-02T09:00:00Z');
const measure = measureOf('duplicates', DAY_MS, { source: 'sales', field: 'ref' });
const plan = planOf({
  sources: [sourceOf('sales')],
  measures: [measure],
  signals: [signalOf('twice', formulaOf(measure))],
});

/** A store in which every second brings a sale, of as many different values as there are, and one of each hour that came twice. */
function storeOf(perSecond: number) {
  const asked: number[] = [];
  const query = async ({ query_params: given }: { readonly query_params: Record<string, unknown> }) => {
    const instants = Object.values(given).filter((value) => typeof value === 'number' && value > NOW - 3 * DAY_MS);
    const [from = 0, to = 0] = (instants as number[]).toSorted((left, right) => left - right).slice(1, 3);
    asked.push(to - from);
    const there = Math.min(Math.ceil(((to - from) / 1_000) * perSecond), limits.keyRowsAsked + 1);
    const rows = Array.from({ length: there }, (_, index): StoredKey => {
      const at = from + Math.floor((index * 1_000) / perSecond);
      return [at, `s${at}`, at % HOUR_MS === 0 ? [at, at] : [at], [], at, 1, 0, ''];
    });
    return { json: async () => rows };
  };
  const ask = ((run: (client: unknown, signal: AbortSignal) => Promise<unknown>) =>
    run({ query }, new AbortController().signal)) as AskTelemetry;
  return { ask, asked };
}

function wantedNow() {
  const executor = createLiveExecutor(plan, NOW);
  executor.awaitHistory(NOW);
  const [wanted] = executor.keysWanted();
  if (wanted === undefined) throw new Error('nothing is wanted');
  return { executor, wanted };
}

test('what is too much for one question is asked for in halves, until all of it is known', async () => {
  const { executor, wanted } = wantedNow();
  const { ask, asked } = storeOf(1);
  const recall = await readKeys(ask, 'shop', wanted);
  executor.fillKeys(measure.id, recall, NOW);
  expect(Math.max(...asked)).toBe(6 * HOUR_MS);
  expect(asked.length).toBeLessThan(20);
  expect(executor.readings()).toMatchObject([{ reading: { value: 25, sampleSize: 86_401 } }]);
});

test('of more than is ever read nothing is taken, and the measure begins anew', async () => {
  const { executor, wanted } = wantedNow();
  const { ask, asked } = storeOf(1_000);
  const recall = await readKeys(ask, 'shop', wanted);
  executor.fillKeys(measure.id, recall, NOW);
  expect(recall.isTooMuch).toBe(true);
  expect(asked.length).toBeLessThan(20);
  expect(executor.readings()).toMatchObject([{ reading: { reason: 'refilling' } }]);
  expect(executor.keysWanted()).toEqual([]);
});
