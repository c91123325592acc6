import type { Command } from 'commander';
import { WatchbillError } from '#kernel/error-codes.ts';

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
    .option('--data <folder>', 'the data folder (default: .watchbill, the demo in .watchbill-demo, or WATCHBILL_DATA)')
    .option('--json', 'print JSON');
}

export function withPlanOption(command: Command): Command {
  return withServerOptions(command).option('--plan <name>', 'the plan (default: the only one)');
}

/** The address at which browsers or senders reach the server. Throws `usage`. */
export function readPublicUrl(text: string): string {
  if (URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)) return text;
  throw new WatchbillError('usage', `"${text}" is no http or https address.`);
}

/** OpenTelemetry's own port for OTLP over gRPC. */
export const DEFAULT_GRPC_PORT = 4317;

/** The port of OTLP over gRPC, or that there is none. Throws `usage`. */
export function readGrpcPort(text: string): number | 'off' {
  return text === 'off' ? 'off' : readPort(text);
}

/** A port of the command line; 0 is any free one. Throws `usage`. */
export function readPort(text: string): number {
  const port = Number(text);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new WatchbillError('usage', `"${text}" is no port.`);
  return port;
}
