import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Command } from 'commander';
import { WatchbillError } from '#kernel/error-codes.ts';
import { formatDiagnostic } from '#plan/diagnostic.ts';
import { formatPlan } from '#plan/format.ts';
import { withoutScenarios } from '#plan/scenario-file.ts';
import { readPlanFiles } from './plan-files.ts';
import type { Runtime } from './runtime.ts';

/** `watchbill fmt`: the one layout of a plan. */
export function registerFormat(program: Command, runtime: Runtime): void {
  program
    .command('fmt')
    .summary('print a plan in its one layout')
    .argument('<plan>', 'a plan file, or a folder of them')
    .option('--write', 'write it back')
    .option('--check', 'only say whether it has that layout already')
    .addHelpText('after', '\nExamples:\n  $ watchbill fmt plan.yaml\n  $ watchbill fmt plans/shop --write')
    .action(async (plan: string, options: { write?: true; check?: true }) => {
      const others: string[] = [];
      for (const file of withoutScenarios(readPlanFiles(runtime.workingFolder, plan))) {
        const result = formatPlan(file.text, file.path);
        if (!result.ok) {
          for (const diagnostic of result.failure) runtime.writeError(`${formatDiagnostic(diagnostic)}\n`);
          throw new WatchbillError('plan-invalid', `${file.path} cannot be laid out before it is mended.`, file.path);
        }
        const formatted = result.value;
        if (!options.write && !options.check) runtime.write(formatted);
        if (formatted === file.text) continue;
        others.push(file.path);
        if (options.write) {
          await writeFile(file.path.startsWith('/') ? file.path : join(runtime.workingFolder, file.path), formatted);
          runtime.write(`${file.path}\n`);
        }
      }
      if (options.check && others.length > 0)
        throw new WatchbillError('plan-not-formatted', `Not in the one layout: ${others.join(', ')}.`);
    });
}
