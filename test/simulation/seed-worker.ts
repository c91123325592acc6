import { parentPort, workerData } from 'node:worker_threads';
import { Coverage } from './coverage.ts';
import type { SeedFailure, WorkerReport } from './run-seeds.ts';
import { simulate } from './simulate.ts';

/** Every so many seeds the main thread hears of it. */
const STRETCH = 50;

const { from, to, every } = workerData as { readonly from: number; readonly to: number; readonly every: number };
let failures: SeedFailure[] = [];
let coverage = new Coverage();
let events = 0;
let seeds = 0;

function report(): void {
  parentPort?.postMessage({ failures, coverage: [...coverage.counts], events, seeds } satisfies WorkerReport);
  failures = [];
  coverage = new Coverage();
  events = 0;
  seeds = 0;
}

for (let seed = from; seed < to; seed += every) {
  try {
    const result = await simulate(seed);
    coverage.add(result.coverage.counts);
    events += result.events;
    if (result.violations.length > 0) failures.push({ seed, violations: result.violations });
  } catch (caught) {
    const message = caught instanceof Error ? (caught.stack ?? caught.message) : String(caught);
    failures.push({ seed, violations: [{ invariant: 'bug', message }] });
  }
  seeds += 1;
  if (seeds >= STRETCH) report();
}
report();
