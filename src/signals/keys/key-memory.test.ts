import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { HOUR_MS, SECOND_MS } from '#kernel/instant.ts';
import { limits } from '#kernel/limits.ts';
import type { Measure } from '#plan/model.ts';
import { createLiveExecutor } from '../live-executor.ts';
import { formulaOf, measureOf, planOf, signalOf, sourceOf } from '../plan.fixture.ts';
import type { EventRecord } from '../record.ts';

const START = 1_700_000_000_000;
const KEYS = 4_000;
const BATCH = 200;

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

function heapBytes(): number {
  collectGarbage();
  return process.memoryUsage().heapUsed;
}

/** Read from a text of its own, as it comes from a sender. */
function recordOf(index: number, at: number): EventRecord {
  const ref = JSON.parse(`"${String(index).padEnd(limits.attributeValueBytes, 'x')}"`) as string;
  return { name: 'sales', time: at, id: `${index}-${at}`, attributes: { ref } };
}

test.each<readonly [string, Measure, number]>([
  ['missing', measureOf('missing', HOUR_MS, { ...partner(), source: 'sales', field: 'ref', graceMs: SECOND_MS }), 1],
  ['duplicates', measureOf('duplicates', HOUR_MS, { source: 'sales', field: 'ref' }), 2],
])('of long keys %s keeps what is shown, not the values', (_name, measure, times) => {
  const plan = planOf({
    sources: [sourceOf('sales'), sourceOf('orders')],
    measures: [measure],
    signals: [signalOf('keys', formulaOf(measure))],
  });
  // What is compiled and made once is no memory of the keys.
  createLiveExecutor(plan, START).ingest([recordOf(0, START)], START);
  const live = createLiveExecutor(plan, START);
  const before = heapBytes();
  for (let round = 0; round < times; round++) {
    for (let done = 0; done < KEYS; done += BATCH) {
      const at = START + round;
      live.ingest(
        Array.from({ length: BATCH }, (_, offset) => recordOf(done + offset, at)),
        at,
      );
    }
  }
  const kept = heapBytes() - before;
  live.advance(START + 10 * SECOND_MS);
  expect(live.readings()[0]?.reading).toMatchObject({ value: KEYS });
  // Beside its text a key is a few numbers and its place in a map; the values of the last batch are still there.
  expect(kept).toBeLessThan((KEYS * 4 + BATCH * 40) * limits.keyCharacters);
});

function partner(): Pick<Measure, 'partner'> {
  return { partner: { source: 'orders', field: 'ref' } };
}
