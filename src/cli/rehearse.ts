import { writeFileSync } from 'node:fs';
import { dirname, isAbsolute, join } from 'node:path';
import type { Command } from 'commander';
import { WatchbillError } from '#kernel/error-codes.ts';
import { formatDiagnostic } from '#plan/diagnostic.ts';
import { withoutScenarios } from '#plan/scenario-file.ts';
import { runScenario, type ScenarioResult } from '#rehearsal/run-scenario.ts';
import { readPlanFiles, readTextFile } from './plan-files.ts';
import type { Runtime } from './runtime.ts';

/** `watchbill rehearse`: plays a scenario of a plan on a virtual clock; nothing is sent. Needs no server. */
export function registerRehearse(program: Command, runtime: Runtime): void {
  program
    .command('rehearse')
    .summary('play a scenario of a plan on a virtual clock and see who would be paged')
    .argument('<plan>', 'a plan file, or a folder of them')
    .argument('<scenario>', 'a scenario file')
    .option('--golden', 'also compare the timeline with the file beside the scenario (SCENARIO.golden.txt)')
    .option('--update', 'write that file anew')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      '\nExamples:\n  $ watchbill rehearse plan.yaml payments-fail.scenario.yaml\n  $ watchbill rehearse plan.yaml payments-fail.scenario.yaml --golden',
    )
    .action((plan: string, path: string, options: { golden?: true; update?: true; json?: true }) => {
      const { workingFolder } = runtime;
      const scenario = readTextFile(workingFolder, path);
      const result = runScenario({
        planFiles: withoutScenarios(readPlanFiles(workingFolder, plan)),
        scenario,
        readFile: (named) => readOther(join(whole(workingFolder, dirname(path)), named)),
      });
      runtime.write(options.json ? `${JSON.stringify(result, null, 2)}\n` : describe(result));
      if (result.state === 'invalid') throw new WatchbillError('scenario-invalid', `${path} was not played.`, path);
      if (options.golden || options.update) {
        keepGolden(runtime, whole(workingFolder, path), result.timeline, options.update === true);
      }
      const failed = result.failures.length;
      if (failed > 0) {
        const expectations = `${failed} of ${result.expectations} ${result.expectations === 1 ? 'expectation' : 'expectations'}`;
        throw new WatchbillError('scenario-failed', `${expectations} did not hold.`, result.failures[0]?.place);
      }
    });
}

function describe(result: ScenarioResult): string {
  const findings = result.diagnostics.map(formatDiagnostic);
  const skipped = result.notExecuted.length;
  if (skipped > 0) {
    findings.push(`${skipped} ${skipped === 1 ? 'part' : 'parts'} of the plan are not executed yet and were left out.`);
  }
  const head = findings.length === 0 ? '' : `${findings.join('\n')}\n`;
  return `${head}${result.timeline}`;
}

function keepGolden(runtime: Runtime, scenario: string, timeline: string, update: boolean): void {
  const golden = scenario.replace(/(\.scenario)?\.ya?ml$/, '.golden.txt');
  if (update) {
    writeFileSync(golden, timeline);
    runtime.write(`Written: ${golden}\n`);
    return;
  }
  const kept = readTextFile(runtime.workingFolder, golden).text;
  if (kept === timeline) return;
  const [before, after] = [kept.split('\n'), timeline.split('\n')];
  const line = after.findIndex((text, index) => text !== before[index]);
  const place = line < 0 ? after.length : line;
  throw new WatchbillError(
    'scenario-failed',
    `The timeline is not the golden one from line ${place + 1} on:\n- ${before[place] ?? '(end)'}\n+ ${after[place] ?? '(end)'}\nRun it with --update if this is right.`,
    golden,
  );
}

function readOther(path: string) {
  try {
    return withoutScenarios(readPlanFiles(dirname(path), path));
  } catch {
    return undefined;
  }
}

function whole(workingFolder: string, path: string): string {
  return isAbsolute(path) ? path : join(workingFolder, path);
}
