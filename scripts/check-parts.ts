import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Finished, run, seconds, tool } from './processes.ts';

export interface CheckPart {
  readonly name: string;
  readonly command: readonly string[];
  /** What of its output is worth a line also when it passed. */
  readonly says?: RegExp;
  /** Tests that it ran, when it is a test run. */
  readonly counts?: () => TestCounts;
}

export interface TestCounts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/** What `npm run check` consists of. None of it needs a database. The longest first, so that the short ones fill the gaps. */
export function checkParts(): { readonly parts: readonly CheckPart[]; readonly dispose: () => void } {
  const folder = mkdtempSync(join(tmpdir(), 'watchbill-check-'));
  const vitest = (name: string, ...filters: readonly string[]): CheckPart => {
    const report = join(folder, `${name}.json`);
    return {
      name,
      command: tool(
        'vitest/vitest.mjs',
        ...['run', '--project', 'unit', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`],
        ...filters,
      ),
      counts: () => readCounts(report),
    };
  };
  const parts: readonly CheckPart[] = [
    vitest('unit and scenarios', 'src/', 'web/', 'scripts/', 'examples/', 'test/simulation/', 'test/scenarios/'),
    { name: 'types', command: tool('typescript/bin/tsc', '--build') },
    vitest('architecture', 'test/architecture/'),
    {
      name: 'format and lint',
      command: tool('@biomejs/biome/bin/biome', 'ci', '--error-on-warnings', '--colors=off', '.'),
    },
    { name: 'unused', command: tool('knip/bin/knip.js', '--no-progress') },
    { name: 'licences', command: [process.execPath, 'scripts/licences.ts'] },
    { name: 'first view', command: [process.execPath, 'scripts/web-budget.ts'], says: /^first view: (.*)$/m },
  ];
  return { parts, dispose: () => rmSync(folder, { recursive: true, force: true }) };
}

/** Runs the parts side by side, as many as there are cores, and prints each as it ends; what failed prints all it said. */
export async function runParts(parts: readonly CheckPart[]): Promise<readonly Finished[]> {
  const waiting = [...parts];
  const finished: Finished[] = [];
  const worker = async (): Promise<void> => {
    for (let part = waiting.shift(); part !== undefined; part = waiting.shift()) {
      const result = await run(part.name, part.command);
      finished.push(result);
      if (!result.ok) process.stdout.write(`\n${result.output.trimEnd()}\n\n`);
      const said = part.says === undefined ? '' : `  ${part.says.exec(result.output)?.[1] ?? ''}`;
      process.stdout.write(
        `${result.ok ? 'ok    ' : 'FAILED'} ${part.name.padEnd(20)} ${seconds(result.elapsedMs)}${said}\n`,
      );
    }
  };
  await Promise.all(Array.from({ length: Math.max(2, availableParallelism()) }, worker));
  return finished;
}

/** Reads vitest's JSON report. A run that left none counts as one failure. */
export function readCounts(report: string): TestCounts {
  try {
    const { numPassedTests, numFailedTests, numPendingTests, numTodoTests, numFailedTestSuites } = JSON.parse(
      readFileSync(report, 'utf8'),
    );
    // A file that does not load has no tests to count, yet it failed.
    const failed = numFailedTests > 0 ? numFailedTests : numFailedTestSuites;
    return { passed: numPassedTests, failed, skipped: numPendingTests + numTodoTests };
  } catch {
    return { passed: 0, failed: 1, skipped: 0 };
  }
}
