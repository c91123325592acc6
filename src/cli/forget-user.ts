import type { Command } from 'commander';
import type { ForgottenUserAnswer } from '#contract/users.ts';
import { connect } from './client.ts';
import { type ServerOptionValues, withServerOptions } from './options.ts';
import type { Runtime } from './runtime.ts';

/** `watchbill forget-user PLAN USER`: deletes what was sent about somebody. */
export function registerForgetUser(program: Command, runtime: Runtime): void {
  withServerOptions(
    program
      .command('forget-user')
      .summary('delete the events of a user, and their name in the journal; cannot be undone')
      .argument('<plan>', 'the plan that the events were sent to')
      .argument('<user>', 'as senders name them, also when they are kept under a hash'),
  )
    .addHelpText('after', '\nExample:\n  $ watchbill forget-user shop mia@example.com')
    .action(async (plan: string, user: string, options: ServerOptionValues) => {
      const client = await connect(runtime, options);
      const path = `/api/plans/${encodeURIComponent(plan)}/users/forget`;
      let forgotten = await client.post<ForgottenUserAnswer>(path, { user });
      const first = forgotten;
      // The store writes its tables anew in its own time; asking again only looks how far it is.
      while (!forgotten.done) forgotten = await client.post<ForgottenUserAnswer>(path, { user });
      const { events, mentions, readings, series, facts, lists, segmentsWaiting } = first;
      if (options.json) runtime.write(`${JSON.stringify({ ...first, done: true }, null, 2)}\n`);
      else {
        const waiting =
          segmentsWaiting === 0 ? '' : ` ${segmentsWaiting} segments of the spool are loaded without them.`;
        runtime.write(
          `Deleted ${events} events, ${readings} readings and ${series} series; the name was taken out of ${mentions} other events, ${facts} facts and ${lists} uploaded lists.${waiting}\n`,
        );
      }
    });
}
