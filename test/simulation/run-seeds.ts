import { Worker } from 'node:worker_threads';
import { Coverage } from './coverage.ts';
import type { Violation } from './oracles.ts';

export interface SeedFailure {
  readonly seed: number;
  readonly violations: readonly Violation[];
}

export interface SuiteResult {
  readonly failures: readonly SeedFailure[];
  readonly coverage: Coverage;
  /** Events of all schedulers together. */
  readonly events: number;
}

/** What a worker says when it has done a stretch of seeds. */
export interface WorkerReport {
  readonly failures: readonly SeedFailure[];
  readonly coverage: readonly (readonly [string, number])[];
  readonly events: number;
  readonly seeds: number;
}

/** Runs the seeds from `from` up to `to`, shared among worker threads. */
export async function runSeeds(options: {
  readonly from: number;
  readonly to: number;
  readonly workers: number;
  readonly onProgress?: (seedsDone: number) => void;
}): Promise<SuiteResult> {
  const coverage = new Coverage();
  const failures: SeedFailure[] = [];
  let events = 0;
  let done = 0;
  await Promise.all(
    Array.from(
      { length: options.workers },
      (_, index) =>
        new Promise<void>((resolve, reject) => {
          const worker = new Worker(new URL('./seed-worker.ts', import.meta.url), {
            workerData: { from: options.from + index, to: options.to, every: options.workers },
          });
          worker.on('message', (report: WorkerReport) => {
            failures.push(...report.failures);
            coverage.add(report.coverage);
            events += report.events;
            done += report.seeds;
            options.onProgress?.(done);
          });
          worker.on('error', reject);
          worker.on('exit', () => resolve());
        }),
    ),
  );
  failures.sort((left, right) => left.seed - right.seed);
  return { failures, coverage, events };
}
