import type { Command } from 'commander';
import type { ChannelAnswer, ChannelTestAnswer } from '#contract/channels.ts';
import { WatchbillError } from '#kernel/error-codes.ts';
import { choosePlan, connect } from './client.ts';
import { type ServerOptionValues, withPlanOption } from './options.ts';
import type { Runtime } from './runtime.ts';
import { formatTable } from './table.ts';

/** `watchbill channels` and `channels test`: by what people are reached, and whether it works. */
export function registerChannels(program: Command, runtime: Runtime): void {
  const channels = withPlanOption(
    program.command('channels').summary('the channels of a plan, and how their last messages went'),
  )
    // Otherwise it takes the options of the command below it.
    .enablePositionalOptions()
    .addHelpText('after', '\nExamples:\n  $ watchbill channels\n  $ watchbill channels test email --to mia')
    .action(async (options: ServerOptionValues) => {
      const client = await connect(runtime, options);
      const plan = await choosePlan(client, options.plan);
      const found = await client.get<readonly ChannelAnswer[]>(`/api/plans/${encodeURIComponent(plan)}/channels`);
      const table = formatTable(['channel', 'kind', 'secrets', 'reaches', 'last message', 'last test'], found.map(row));
      runtime.write(options.json ? `${JSON.stringify(found, null, 2)}\n` : `${table}\n`);
    });

  withPlanOption(
    channels
      .command('test')
      .summary('send one message that is marked as a test')
      .argument('<name>', 'the channel, as `channels` shows it')
      .option('--to <recipient>', 'a person, or an address that the plan names'),
  )
    .addHelpText('after', '\nExamples:\n  $ watchbill channels test email --to mia\n  $ watchbill channels test ops')
    .action(async (name: string, options: ServerOptionValues & { to?: string }) => {
      const client = await connect(runtime, options);
      const plan = await choosePlan(client, options.plan);
      const tested = await client.post<ChannelTestAnswer>(
        `/api/plans/${encodeURIComponent(plan)}/channels/${encodeURIComponent(name)}/test`,
        options.to === undefined ? {} : { recipient: options.to },
      );
      if (options.json) runtime.write(`${JSON.stringify(tested, null, 2)}\n`);
      if (!tested.accepted) {
        const why = tested.problem ?? tested.reason;
        throw new WatchbillError(
          'channel-test-failed',
          `${name} did not take the message to ${tested.recipient}: ${why}`,
        );
      }
      const receipt = tested.receipt === undefined ? '' : ` (${tested.receipt})`;
      if (!options.json) runtime.write(`${name} took the message to ${tested.recipient}${receipt}.\n`);
    });
}

function row(channel: ChannelAnswer): readonly string[] {
  const { lastTest } = channel;
  return [
    channel.channel,
    channel.kind,
    secretsOf(channel),
    [...channel.persons, ...channel.addresses].join(', ') || '-',
    lastMessage(channel),
    lastTest === undefined
      ? '-'
      : `${lastTest.accepted ? 'accepted' : `failed: ${lastTest.problem ?? lastTest.reason}`} ${lastTest.at}`,
  ];
}

/** `HOOK set, TOKEN not set`; never a value. */
function secretsOf({ settings }: ChannelAnswer): string {
  const secrets = settings.flatMap(({ secret }) => (secret === undefined ? [] : [secret]));
  return secrets.map(({ name, set }) => `${name} ${set ? 'set' : 'not set'}`).join(', ') || '-';
}

/** The later of the last message that arrived and the last that did not. */
function lastMessage({ lastAccepted, lastFailed }: ChannelAnswer): string {
  if (lastFailed !== undefined && (lastAccepted === undefined || lastFailed.at > lastAccepted.at)) {
    const why = lastFailed.problem === undefined ? '' : `: ${lastFailed.problem}`;
    return `failed${why} ${lastFailed.at}`;
  }
  return lastAccepted === undefined ? '-' : `accepted ${lastAccepted.at}`;
}
