import type { Command } from 'commander';
import { WatchbillError } from '#kernel/error-codes.ts';
import { compilePlan } from '#plan/compile.ts';
import { formatDiagnostic } from '#plan/diagnostic.ts';
import { explainPlan } from '#plan/explain.ts';
import { planJsonSchema } from '#plan/json-schema.ts';
import { readPlanFiles } from './plan-files.ts';
import type { Runtime } from './runtime.ts';

/** `watchbill check`: every diagnostic at once; exit 65 when there is an error. Needs no server. */
export function registerCheck(program: Command, runtime: Runtime): void {
  program
    .command('check')
    .summary('check a plan and name every mistake at its line')
    .argument('[plan]', 'a plan file, or a folder of them')
    .option('--json', 'print JSON')
    .option('--explain', 'print the plan with every default filled in')
    .option('--schema', 'print the JSON Schema of plans, for editors')
    .addHelpText(
      'after',
      '\nExamples:\n  $ watchbill check plan.yaml\n  $ watchbill check plans/shop --explain\n  $ watchbill check --schema > plan.schema.json',
    )
    .action((plan: string | undefined, options: { json?: true; explain?: true; schema?: true }) => {
      if (options.schema) {
        runtime.write(`${JSON.stringify(planJsonSchema(), null, 2)}\n`);
        return;
      }
      if (plan === undefined) throw new WatchbillError('usage', 'Name the plan to check.');
      const files = readPlanFiles(runtime.workingFolder, plan);
      const compiled = compilePlan(files);
      const errors = compiled.diagnostics.filter(({ severity }) => severity === 'error').length;
      if (options.json) {
        runtime.write(
          `${JSON.stringify({ diagnostics: compiled.diagnostics, notExecuted: compiled.notExecuted, plan: compiled.plan }, null, 2)}\n`,
        );
      } else {
        for (const diagnostic of compiled.diagnostics) runtime.write(`${formatDiagnostic(diagnostic)}\n`);
        if (options.explain && compiled.plan !== undefined) runtime.write(`${explainPlan(compiled)}\n`);
        if (errors === 0) runtime.write(`${summary(compiled.diagnostics.length, compiled.notExecuted.length)}\n`);
      }
      if (errors > 0)
        throw new WatchbillError('plan-invalid', `${errors} ${errors === 1 ? 'error' : 'errors'} in ${plan}.`);
    });
}

function summary(remarks: number, notExecuted: number): string {
  const parts = [remarks === 0 ? 'No remarks.' : `No errors, ${remarks} ${remarks === 1 ? 'remark' : 'remarks'}.`];
  if (notExecuted > 0)
    parts.push(
      `${notExecuted} ${notExecuted === 1 ? 'part is' : 'parts are'} not executed yet: \`apply\` would refuse the plan.`,
    );
  return parts.join(' ');
}
