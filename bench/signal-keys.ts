import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { hash53 } from '#kernel/hash64.ts';
import { DAY_MS, SECOND_MS } from '#kernel/instant.ts';
import { limits } from '#kernel/limits.ts';
import type { Measure } from '#plan/model.ts';
import { KeyRecall } from '#signals/keys/key-recall.ts';
import { createLiveExecutor, restoreLiveExecutor } from '#signals/live-executor.ts';
import { formulaOf, measureOf, planOf, signalOf, sourceOf, testOf } from '#signals/plan.fixture.ts';
import type { EventRecord } from '#signals/record.ts';
import { keyRowOf, type StoredKey } from '#signals/sql/keys-sql.ts';

/**
 * What `duplicates` and `missing` cost with as many keys as are kept, 100,000 over 24 hours: an event, a step of the window, memory, a
 * snapshot, and to be told of them by the telemetry store. Run with `node bench/signal-keys.ts`; compare ratios within one run only.
 */
const START = 1_700_000_000_000;
const BATCH = 500;
const KEYS = limits.keysPerMeasure;

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

function heapBytes(): number {
  collectGarbage();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

function cpuMs(work: () => void): number {
  const begin = process.cpuUsage();
  work();
  const used = process.cpuUsage(begin);
  return (used.user + used.system) / 1_000;
}

/** A sale has an id as shops make them; its order names it. */
function recordOf(name: string, index: number, time: number): EventRecord {
  const id = `018f2b6c-7e1d-7a33-9c41-${index.toString(16).padStart(12, '0')}`;
  return { name, time, id: `${name}-${index}`, attributes: { ref: id } };
}

function measureMissing(): Measure {
  return measureOf('missing', DAY_MS, {
    source: 'sales',
    field: 'ref',
    graceMs: limits.lateMs,
    partner: { source: 'orders', field: 'ref' },
  });
}

const kinds: readonly (readonly [string, Measure, readonly string[]])[] = [
  ['count of as many events', measureOf('count', 3_600_000, { source: 'sales' }), ['sales']],
  ['duplicates, none', measureOf('duplicates', DAY_MS, { source: 'sales', field: 'ref' }), ['sales']],
  ['duplicates, all of them', measureOf('duplicates', DAY_MS, { source: 'sales', field: 'ref' }), ['sales', 'sales']],
  ['missing, each with its partner', measureMissing(), ['sales', 'orders']],
  ['missing, none with a partner', measureMissing(), ['sales']],
];

/** In a function of its own, so that nothing of one measure is left when the next is weighed. */
function weigh(what: string, measure: Measure, names: readonly string[]): void {
  const plan = planOf({
    sources: ['sales', 'orders'].map((name) => sourceOf(name)),
    measures: [measure],
    signals: [signalOf('keys', formulaOf(measure))],
    tests: [testOf('any', formulaOf(measure), '>', 0)],
  });
  // What is compiled once is no memory of the keys.
  createLiveExecutor(plan, START).ingest([recordOf('sales', 0, START)], START);
  const before = heapBytes();
  const executor = createLiveExecutor(plan, START);
  const events = KEYS * names.length;
  // Half a day of them, a batch at a time; what it takes to make the records is taken out.
  const batchMs = (DAY_MS / 2 / events) * BATCH;
  const feed = (take: (records: readonly EventRecord[], at: number) => void): number =>
    cpuMs(() => {
      for (let done = 0; done < events; done += BATCH) {
        const at = Math.floor(START + (done / BATCH) * batchMs);
        take(
          Array.from({ length: BATCH }, (_, offset) => {
            const place = done + offset;
            return recordOf(names[place % names.length] ?? '', Math.floor(place / names.length), at);
          }),
          at,
        );
      }
    });
  const making = feed(() => {});
  const taking = feed((records, at) => void executor.ingest(records, at));
  const bytes = heapBytes() - before;
  const [reading] = executor.readings();
  const asked = cpuMs(() => {
    for (let round = 0; round < 20; round++) executor.readings();
  });
  let snapshot = executor.snapshot();
  const writing = cpuMs(() => {
    snapshot = executor.snapshot();
  });
  const opening = cpuMs(() => void restoreLiveExecutor(plan, snapshot));
  // From the end of the first day on the oldest keys leave, some at each step.
  executor.advance(START + DAY_MS);
  const steps = 200;
  const stepping = cpuMs(() => void executor.advance(START + DAY_MS + steps * 24 * SECOND_MS));
  console.log(
    [
      what.padEnd(34),
      `${(((taking - making) / events) * 1e6).toFixed(0).padStart(5)} ns an event`,
      `${(stepping / steps).toFixed(2)} ms a step of 24 s`,
      `${(asked / 20).toFixed(2)} ms a reading`,
      `${(bytes / 1_048_576).toFixed(1)} MiB`,
      `snapshot ${(snapshot.length / 1_048_576).toFixed(1)} MiB, written in ${writing.toFixed(0)} ms, read in ${opening.toFixed(0)} ms`,
      `reads ${reading?.reading.state === 'value' ? reading.reading.value : reading?.reading.state}`,
    ].join('; '),
  );
}

/** What a store tells of as many keys, in answers of as many rows as one question may have; without the store's own work. */
function weighRecall(measure: Measure): void {
  const plan = planOf({
    sources: ['sales', 'orders'].map((name) => sourceOf(name)),
    measures: [measure],
    signals: [signalOf('keys', formulaOf(measure))],
  });
  const executor = createLiveExecutor(plan, START);
  executor.awaitHistory(START);
  const [wanted] = executor.keysWanted();
  const side = wanted?.sides.at(-1);
  if (wanted === undefined || side === undefined) throw new Error('Nothing is wanted.');
  const told = Array.from({ length: KEYS }, (_, index): StoredKey => {
    const at = START - Math.floor((index / KEYS) * (DAY_MS / 2));
    const { attributes } = recordOf('sales', index, at);
    const text = String(attributes['ref']);
    return [hash53(text), `s${text}`, [at, at, at], [], at, 1, 0, ''];
  });
  const recall = new KeyRecall(wanted);
  const pieces = Math.ceil(KEYS / limits.keyRowsAsked);
  const taking = cpuMs(() => {
    for (let piece = 0; piece < pieces; piece++) {
      const rows = told.slice(piece * limits.keyRowsAsked, (piece + 1) * limits.keyRowsAsked);
      recall.take(side, rows.map(keyRowOf));
    }
    recall.pass(START);
  });
  const filling = cpuMs(() => void executor.fillKeys(measure.id, recall, START));
  console.log(
    `${`${measure.function}, told by the store`.padEnd(34)}; ${(taking / pieces).toFixed(1)} ms an answer of ${limits.keyRowsAsked} rows; ${filling.toFixed(0)} ms to take ${KEYS} keys over`,
  );
}

for (const [what, measure, names] of kinds) weigh(what, measure, names);
for (const [what, measure] of kinds) if (/none/.test(what)) weighRecall(measure);
