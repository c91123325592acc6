import { execFileSync } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { cleanUp } from '../end-to-end/program.ts';
import { proveOverload } from './overload-proof.ts';

/**
 * `npm run prove:overload [-- SECONDS unlimited]`: ten times what a plan may send, for five minutes, or more than the machine takes of a plan
 * without limits; writes its result with the commit.
 */
const [seconds = '300', mode = 'limited'] = process.argv.slice(2);
const limited = mode !== 'unlimited';
const LONGEST_PAGE_MS = 5_000;
const LONGEST_DELAY_MS = 50;
const MOST_MIB = 1_024;
try {
  const result = await proveOverload({
    seconds: Number(seconds),
    limited,
    canaryEveryMs: 10_000,
    idleCanaries: 30,
    onProgress: (line) => console.log(line),
  });
  const commit = execFileSync('git', ['rev-parse', 'HEAD'], { encoding: 'utf8' }).trim();
  const wrong = [...result.wrong];
  const { pageMs, idlePageMs, coreEventLoopDelayMs, peakMib } = result;
  if (pageMs.p99 > LONGEST_PAGE_MS) wrong.push(`pages took ${pageMs.p99} ms`);
  if (pageMs.p99 > 2 * idlePageMs.p99) wrong.push(`pages took ${pageMs.p99} ms, ${idlePageMs.p99} ms when idle`);
  if (coreEventLoopDelayMs > LONGEST_DELAY_MS) wrong.push(`the core was ${coreEventLoopDelayMs} ms late`);
  for (const [part, mib] of Object.entries(peakMib)) if (mib > MOST_MIB) wrong.push(`${part} took ${mib} MiB`);
  await mkdir('prove-results', { recursive: true });
  await writeFile(
    `prove-results/overload${limited ? '' : '-unlimited'}.json`,
    `${JSON.stringify({ commit, ...result, wrong }, null, 2)}\n`,
  );
  console.log(JSON.stringify({ ...result, wrong }, null, 2));
  console.log(wrong.length === 0 ? 'all held' : 'SOMETHING WAS WRONG');
  process.exitCode = wrong.length === 0 ? 0 : 1;
} finally {
  await cleanUp();
}
