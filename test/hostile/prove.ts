import { execFileSync } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { cleanUp } from '../end-to-end/program.ts';
import { proveHostile } from './hostile-proof.ts';

/**
 * `npm run prove:hostile [-- SHARE SEED ROUTE]`: every hostile request of every protocol, or of those with ROUTE in their route; a run of all
 * writes its result with seed and commit.
 */
const [share = 1, seed = 1] = process.argv.slice(2, 4).map(Number);
const only = process.argv[4];
const startedAt = Date.now();
try {
  const result = await proveHostile({
    share,
    seed,
    ...(only === undefined ? {} : { only }),
    onProgress: (line) => console.log(line),
  });
  const commit = execFileSync('git', ['rev-parse', 'HEAD'], { encoding: 'utf8' }).trim();
  const seconds = Math.round((Date.now() - startedAt) / 1_000);
  if (only === undefined && share === 1) {
    await mkdir('prove-results', { recursive: true });
    await writeFile('prove-results/hostile.json', `${JSON.stringify({ commit, seed, seconds, ...result }, null, 2)}\n`);
  }
  console.log(JSON.stringify(result, null, 2));
  console.log(
    `${result.cases} cases in ${seconds} s: ${result.wrong.length === 0 ? 'all held' : 'SOMETHING WAS WRONG'}`,
  );
  process.exitCode = result.wrong.length === 0 ? 0 : 1;
} finally {
  await cleanUp();
}
