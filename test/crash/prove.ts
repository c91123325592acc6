import { execFileSync } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { proveCrashSafety } from './crash-proof.ts';

/** `npm run prove:crash [-- KILLS SEED]`: the whole proof; writes its result with seed and commit. */
const [kills = 300, seed = 1] = process.argv.slice(2).map(Number);
const startedAt = Date.now();
const { printed, ...result } = await proveCrashSafety({ kills, seed, onProgress: (line) => console.log(line) });
const commit = execFileSync('git', ['rev-parse', 'HEAD'], { encoding: 'utf8' }).trim();
const seconds = Math.round((Date.now() - startedAt) / 1_000);
await mkdir('prove-results', { recursive: true });
await writeFile('prove-results/crash.json', `${JSON.stringify({ commit, seed, seconds, ...result }, null, 2)}\n`);
console.log(JSON.stringify(result, null, 2));
const held =
  result.eventsMissing === 0 &&
  result.eventsDoubled === 0 &&
  result.alertsWithoutPage.length === 0 &&
  result.alertsPagedTwice.length === 0 &&
  result.alertsWithoutInboxMessage.length === 0 &&
  result.alertsTwiceInInbox.length === 0 &&
  result.pagesForged === 0;
if (!held) console.log(printed);
console.log(`${kills} kills in ${seconds} s: ${held ? 'all invariants held' : 'AN INVARIANT WAS BROKEN'}`);
process.exitCode = held ? 0 : 1;
