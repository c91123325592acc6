import type { Command } from 'commander';
import type { ApplyAnswer } from '#contract/plans.ts';
import { WatchbillError } from '#kernel/error-codes.ts';
import { formatDiagnostic } from '#plan/diagnostic.ts';
import { connect } from './client.ts';
import { type ServerOptionValues, withServerOptions } from './options.ts';
import { readPlanToApply } from './plan-files.ts';
import type { Runtime } from './runtime.ts';

/** `watchbill apply`: gives a running server a new version of a plan, or says what that would do. */
export function registerApply(program: Command, runtime: Runtime): void {
  withServerOptions(
    program
      .command('apply')
      .summary('give the server a plan, or a new version of it')
      .argument('<plan>', 'a plan file, or a folder of them')
      .option('--preview', 'only say what would happen')
      .option('--expect <version>', 'refuse unless this is the version that runs', (text) => Number.parseInt(text, 10)),
  )
    .addHelpText(
      'after',
      '\nExamples:\n  $ watchbill apply plan.yaml --preview\n  $ watchbill apply plan.yaml --expect 3',
    )
    .action(async (plan: string, options: ServerOptionValues & { preview?: true; expect?: number }) => {
      if (options.expect !== undefined && !Number.isInteger(options.expect)) {
        throw new WatchbillError('usage', '--expect takes the number of a version.');
      }
      const files = readPlanToApply(runtime.workingFolder, plan);
      const client = await connect(runtime, options);
      const answer = await client.post<ApplyAnswer>('/api/plans', {
        files,
        preview: options.preview === true,
        ...(options.expect === undefined ? {} : { expectedVersion: options.expect }),
      });
      if (options.json) runtime.write(`${JSON.stringify(answer, null, 2)}\n`);
      else runtime.write(describe(answer));
      if (hasErrors(answer)) {
        throw new WatchbillError('plan-invalid', `${plan} was not applied.`);
      }
    });
}

function describe(answer: ApplyAnswer): string {
  const lines = answer.diagnostics.map((diagnostic) =>
    formatDiagnostic(diagnostic as Parameters<typeof formatDiagnostic>[0]),
  );
  lines.push(...answer.effects.map((effect) => `- ${effect}`));
  if (hasErrors(answer)) return `${lines.join('\n')}\n`;
  if (answer.applied) lines.push(`${answer.plan} is now version ${answer.version}.`);
  else if (!answer.changed) lines.push(`${answer.plan} runs this text already, as version ${answer.version}.`);
  else lines.push(`Nothing was applied; it would become version ${answer.version}.`);
  return `${lines.join('\n')}\n`;
}

function hasErrors(answer: ApplyAnswer): boolean {
  return answer.diagnostics.some(({ severity }) => severity === 'error');
}
