import type { Command } from 'commander';

/** The options of every command that speaks to a server. */
export interface ServerOptionValues {
  readonly server?: string;
  readonly data?: string;
  readonly plan?: string;
  readonly json?: true;
}

export function withServerOptions(command: Command): Command {
  return command
    .option('--server <url>', 'the server (default: the one started on the data folder, or WATCHBILL_SERVER)')
    .option('--data <folder>', 'the data folder (default: .watchbill, or WATCHBILL_DATA)')
    .option('--json', 'print JSON');
}

export function withPlanOption(command: Command): Command {
  return withServerOptions(command).option('--plan <name>', 'the plan (default: the only one)');
}
