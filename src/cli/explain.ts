import type { Command } from 'commander';
import type { ExplanationAnswer } from '#contract/journal.ts';
import { WatchbillError } from '#kernel/error-codes.ts';
import { type ServerOptionValues, withPlanOption } from './options.ts';
import { print, reach } from './reach.ts';
import type { Runtime } from './runtime.ts';

/** `watchbill explain A-1`: why it fired, who was told by what, who was not and why not. */
export function registerExplain(program: Command, runtime: Runtime): void {
  withPlanOption(
    program
      .command('explain')
      .summary('why an alert fired and who was told, or why a rule did not')
      .argument('<subject>', 'an alert (A-1042) or the name of a rule'),
  )
    .addHelpText('after', '\nExamples:\n  $ watchbill explain A-1\n  $ watchbill explain payments-failing')
    .action(async (subject: string, options: ServerOptionValues) => {
      const { client, path, plan } = await reach(runtime, options);
      const answer = await client.get<ExplanationAnswer>(path('explain', subject));
      if (options.json || answer.found) print(runtime, options, answer, answer.lines.join('\n'));
      if (!answer.found) {
        const sentences = [`${plan} has neither an alert nor a rule called ${subject}.`, ...answer.lines];
        throw new WatchbillError('not-found', sentences.join(' '), subject);
      }
    });
}
