import type { Command } from 'commander';
import type { InboxMessageAnswer } from '#contract/journal.ts';
import { choosePlan, connect } from './client.ts';
import { type ServerOptionValues, withPlanOption } from './options.ts';
import type { Runtime } from './runtime.ts';
import { shown, shownLines } from './shown.ts';

/** `watchbill inbox`: what the in-app channel has for people, newest first. */
export function registerInbox(program: Command, runtime: Runtime): void {
  withPlanOption(
    program
      .command('inbox')
      .summary('the messages of the in-app channel, newest first')
      .argument('[person]', 'only those of this person')
      .option('--limit <count>', 'at most so many', '20'),
  )
    .addHelpText('after', '\nExample:\n  $ watchbill inbox mia')
    .action(async (person: string | undefined, options: ServerOptionValues & { limit: string }) => {
      const client = await connect(runtime, options);
      const plan = await choosePlan(client, options.plan);
      const query = new URLSearchParams({ limit: options.limit, ...(person === undefined ? {} : { person }) });
      const messages = await client.get<readonly InboxMessageAnswer[]>(
        `/api/plans/${encodeURIComponent(plan)}/inbox?${query}`,
      );
      if (options.json) runtime.write(`${JSON.stringify(messages, null, 2)}\n`);
      else if (messages.length === 0) runtime.write('No messages.\n');
      else
        for (const message of messages)
          runtime.write(
            `${message.at} ${message.person}: ${shown(message.title)}\n  ${shownLines(message.text).replaceAll('\n', '\n  ')}\n`,
          );
    });
}
