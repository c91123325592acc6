// `npm test`: every check, then the tests that start the real parts. With arguments: only vitest, with these arguments.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkParts, readCounts, runParts, type TestCounts } from './check-parts.ts';
import { installDebianParts } from './debian-parts.ts';
import { runInForeground, tool } from './processes.ts';

const wanted = process.argv.slice(2);
process.exitCode =
  wanted.length > 0 ? await runInForeground(tool('vitest/vitest.mjs', 'run', ...wanted)) : await runAll();

async function runAll(): Promise<number> {
  const notRun = installDebianParts();

  const { parts, dispose } = checkParts();
  const finished = await runParts(parts);
  const counts: TestCounts[] = parts.map((part) => {
    const ok = finished.some((result) => result.name === part.name && result.ok);
    const tests = part.counts?.();
    // A part that is no test run counts as one test; one that failed never counts as none.
    if (tests === undefined) return { passed: ok ? 1 : 0, failed: ok ? 0 : 1, skipped: 0 };
    return ok ? tests : { ...tests, failed: Math.max(1, tests.failed) };
  });
  dispose();

  counts.push(...(await Promise.all(['browser', 'real'].map(runProject))));

  process.stdout.write('\n');
  for (const part of finished.filter((result) => !result.ok)) process.stdout.write(`failed: ${part.name}\n`);
  for (const reason of notRun) process.stdout.write(`did not run: ${reason}\n`);
  const total = (key: keyof TestCounts): number => counts.reduce((sum, count) => sum + count[key], 0);
  const skipped = total('skipped') > 0 ? `, ${total('skipped')} skipped` : '';
  process.stdout.write(`${total('passed')} passed, ${total('failed')} failed${skipped}\n`);
  return total('failed') === 0 ? 0 : 1;
}

/** Runs one project of the tests that start servers, with its lines as they come. */
async function runProject(project: string): Promise<TestCounts> {
  const folder = mkdtempSync(join(tmpdir(), 'watchbill-test-'));
  const report = join(folder, `${project}.json`);
  const exitCode = await runInForeground(
    tool(
      'vitest/vitest.mjs',
      ...['run', '--project', project, '--reporter=default', '--reporter=json', `--outputFile.json=${report}`],
    ),
  );
  const counts = readCounts(report);
  rmSync(folder, { recursive: true, force: true });
  return exitCode === 0 ? counts : { ...counts, failed: Math.max(1, counts.failed) };
}
