import type { Command } from 'commander';
import type { AlertDetailAnswer, AlertSummary } from '#contract/alerts.ts';
import type { SilenceAnswer, SilencePage } from '#contract/silences.ts';
import { WatchbillError } from '#kernel/error-codes.ts';
import { durationOf } from '#rehearsal/tokens.ts';
import { type ServerOptionValues, withPlanOption } from './options.ts';
import { print, reach } from './reach.ts';
import type { Runtime } from './runtime.ts';
import { formatTable } from './table.ts';

/** `watchbill ack`, `silence`, `silences` and `unsilence`: what people do about alerts. */
export function registerRespond(program: Command, runtime: Runtime): void {
  registerAck(program, runtime);
  registerSilence(program, runtime);
  registerSilences(program, runtime);
  registerUnsilence(program, runtime);
}

function registerAck(program: Command, runtime: Runtime): void {
  withPlanOption(
    program
      .command('ack')
      .summary('take care of an alert, so that it is not repeated')
      .argument('<alert>', 'its id, such as A-1'),
  )
    .addHelpText('after', '\nExample:\n  $ watchbill ack A-1')
    .action(async (alert: string, options: ServerOptionValues) => {
      const { client, path } = await reach(runtime, options);
      const url = path('alerts', alert);
      const seen = await client.get<AlertDetailAnswer>(url);
      const expectedVersion = seen.alert.version;
      const done = await client.post<AlertSummary>(`${url}/acknowledge`, { expectedVersion });
      const { by, at } = done.acknowledged ?? { by: '', at: '' };
      print(runtime, options, done, `${done.alert} ${done.rule} is acknowledged by ${by} since ${at}.`);
    });
}

function registerSilence(program: Command, runtime: Runtime): void {
  withPlanOption(
    program
      .command('silence')
      .summary('tell nobody of a rule for a while')
      .argument('[rule]', 'the rule; every rule with --all')
      .requiredOption('--for <duration>', 'how long: 30m, 2h, 1d')
      .requiredOption('--reason <text>', 'why, for those who wonder')
      .option('--group <values...>', 'only this group of the rule, by its values in order')
      .option('--all', 'every rule of the plan'),
  )
    .addHelpText('after', '\nExample:\n  $ watchbill silence errors-high --for 2h --reason "the database moves"')
    .action(
      async (
        rule: string | undefined,
        options: ServerOptionValues & { for: string; reason: string; group?: string[]; all?: true },
      ) => {
        const forMs = durationOf(options.for);
        if (forMs === undefined || forMs <= 0) {
          throw new WatchbillError('usage', `"${options.for}" is no duration: write 30m, 2h or 1d.`);
        }
        if ((rule === undefined) !== (options.all === true)) {
          throw new WatchbillError('usage', 'Name the rule to silence, or silence every one with --all.');
        }
        const { client, path } = await reach(runtime, options);
        const named = { ...(rule === undefined ? {} : { rule }), ...(options.group ? { group: options.group } : {}) };
        const begun = await client.post<SilenceAnswer>(path('silences'), { ...named, forMs, reason: options.reason });
        print(runtime, options, begun, `${begun.silence} silences ${whatOf(begun)} until ${begun.until}.`);
      },
    );
}

function registerSilences(program: Command, runtime: Runtime): void {
  withPlanOption(
    program
      .command('silences')
      .summary('the silences that last')
      .option('--all', 'those that have ended too, the newest first'),
  )
    .addHelpText('after', '\nExample:\n  $ watchbill silences')
    .action(async (options: ServerOptionValues & { all?: true }) => {
      const { client, path } = await reach(runtime, options);
      const { silences } = await client.get<SilencePage>(
        `${path('silences')}?limit=200${options.all ? '' : '&state=lasting'}`,
      );
      const rows = silences.map((one) => [
        one.silence,
        whatOf(one),
        one.until,
        one.by,
        one.ended === undefined ? 'lasts' : `ended ${one.ended.at}`,
        one.reason,
      ]);
      const table = formatTable(['silence', 'rule', 'until', 'by', 'state', 'reason'], rows);
      const none = options.all ? 'There was no silence yet.' : 'Nothing is silenced.';
      print(runtime, options, silences, silences.length === 0 ? none : table);
    });
}

function registerUnsilence(program: Command, runtime: Runtime): void {
  withPlanOption(
    program
      .command('unsilence')
      .summary('end a silence; what still fires is told at once')
      .argument('<silence>', 'its id, such as S-1'),
  )
    .addHelpText('after', '\nExample:\n  $ watchbill unsilence S-1')
    .action(async (silence: string, options: ServerOptionValues) => {
      const { client, path } = await reach(runtime, options);
      // A silence has two versions: it lasts, and it has ended.
      const ended = await client.post<SilenceAnswer>(`${path('silences', silence)}/end`, { expectedVersion: 1 });
      print(runtime, options, ended, `${ended.silence} has ended; it silenced ${whatOf(ended)}.`);
    });
}

function whatOf({ rule, group }: SilenceAnswer): string {
  if (rule === undefined) return 'every rule';
  return group === undefined ? rule : `${rule} (${group.join(', ')})`;
}
