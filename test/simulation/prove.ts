import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { runSeeds } from './run-seeds.ts';
import { simulate } from './simulate.ts';

/**
 * `npm run prove:simulation`: ten thousand seeds, with the result and the commit written to `prove-results/simulation.json`. Exit 1 when
 * an invariant was violated or a fault was never met. `--seed N` runs one seed and prints what it found.
 */
const { values } = parseArgs({
  options: {
    from: { type: 'string', default: '0' },
    seeds: { type: 'string', default: '10000' },
    workers: { type: 'string', default: String(availableParallelism()) },
    seed: { type: 'string' },
  },
});

if (values.seed !== undefined) {
  const { violations, coverage } = await simulate(Number(values.seed));
  for (const [sight, count] of coverage.counts) console.log(`${String(count).padStart(4)} ${sight}`);
  for (const { invariant, message } of violations) console.log(`${invariant}: ${message}`);
  process.exitCode = violations.length === 0 ? 0 : 1;
} else {
  const from = Number(values.from);
  const to = from + Number(values.seeds);
  const workers = Number(values.workers);
  const startMs = performance.now();
  const result = await runSeeds({
    from,
    to,
    workers,
    onProgress: (done) => {
      if (process.stderr.isTTY) process.stderr.write(`\r${done} of ${to - from} seeds`);
    },
  });
  const elapsedMs = Math.round(performance.now() - startMs);
  const { failures, coverage, events } = result;
  mkdirSync('prove-results', { recursive: true });
  const summary = {
    commit: execFileSync('git', ['rev-parse', 'HEAD'], { encoding: 'utf8' }).trim(),
    seeds: { from, to },
    workers,
    elapsedMs,
    events,
    failures,
    neverMet: coverage.missing,
    met: Object.fromEntries(coverage.counts),
  };
  writeFileSync('prove-results/simulation.json', `${JSON.stringify(summary, null, 2)}\n`);
  for (const { seed, violations } of failures.slice(0, 20)) {
    console.log(`seed ${seed}: ${violations[0]?.invariant}: ${violations[0]?.message}`);
  }
  if (coverage.missing.length > 0) console.log(`never met: ${coverage.missing.join(', ')}`);
  console.log(`${to - from} seeds in ${(elapsedMs / 1_000).toFixed(1)} s, ${failures.length} of them failed.`);
  process.exitCode = failures.length === 0 && coverage.missing.length === 0 ? 0 : 1;
}
