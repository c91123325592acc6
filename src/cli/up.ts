import type { Command } from 'commander';
import { WatchbillError } from '#kernel/error-codes.ts';
import { compilePlan } from '#plan/compile.ts';
import { formatDiagnostic } from '#plan/diagnostic.ts';
import { dataFolderOf } from './client.ts';
import { readGrpcPort, readPort, readPublicUrl } from './options.ts';
import { type PlanFile, readPlanToApply } from './plan-files.ts';
import type { Runtime } from './runtime.ts';

export const DEFAULT_PORT = 4700;
/** OpenTelemetry's own port: everything that sends finds us where it looks first. */
export const DEFAULT_INTAKE_PORT = 4318;

/** `watchbill up`: the server with its stores, until it is stopped. */
export function registerUp(program: Command, runtime: Runtime, exitWith: (code: number) => void): void {
  program
    .command('up')
    .summary('run the server, with a plan or with those it has')
    .argument('[plan]', 'a plan file, or a folder of them, to apply at start')
    .option('--port <port>', 'for people and the API; 0 takes a free one', readPort, DEFAULT_PORT)
    .option('--intake-port <port>', 'for everything that sends; 0 takes a free one', readPort, DEFAULT_INTAKE_PORT)
    .option(
      '--grpc-port <port>',
      'for OpenTelemetry over gRPC; 0 takes a free one, off none (default: 4317, unless it is taken)',
      readGrpcPort,
    )
    .option('--host <address>', 'the address to listen on', '127.0.0.1')
    .option('--name <names...>', 'names by which other machines address it, beside the address')
    .option(
      '--public-url <url>',
      'where browsers reach it, for the links in messages (default: its address, or WATCHBILL_PUBLIC_URL)',
      readPublicUrl,
    )
    .option(
      '--public-intake-url <url>',
      'where senders reach intake, for the snippets to copy (default: its address, or WATCHBILL_PUBLIC_INTAKE_URL)',
      readPublicUrl,
    )
    .option('--data <folder>', 'where everything is kept (default: .watchbill, or WATCHBILL_DATA)')
    .addHelpText(
      'after',
      '\nOutside stores: WATCHBILL_DATABASE_URL (PostgreSQL 15 or newer), WATCHBILL_CLICKHOUSE_URL (ClickHouse 25.8 or newer).\n\nExamples:\n  $ watchbill up plan.yaml\n  $ watchbill up plans/shop --port 4700 --intake-port 4318 --data /var/lib/watchbill/shop',
    )
    .action(
      async (
        plan: string | undefined,
        options: {
          port: number;
          intakePort: number;
          grpcPort?: number | 'off';
          host: string;
          name?: readonly string[];
          publicUrl?: string;
          publicIntakeUrl?: string;
          data?: string;
        },
      ) => {
        const plans = plan === undefined ? [] : [readExecutablePlan(runtime, plan)];
        exitWith(
          await runtime.startServer({
            dataFolder: dataFolderOf(runtime, options),
            port: options.port,
            intakePort: options.intakePort,
            ...(options.grpcPort === undefined ? {} : { grpcPort: options.grpcPort }),
            host: options.host,
            ...(options.name === undefined ? {} : { names: options.name }),
            ...(options.publicUrl === undefined ? {} : { publicUrl: options.publicUrl }),
            ...(options.publicIntakeUrl === undefined ? {} : { publicIntakeUrl: options.publicIntakeUrl }),
            plans,
            ...(runtime.defaults.ingestKey === undefined ? {} : { ingestKey: runtime.defaults.ingestKey }),
          }),
        );
      },
    );
}

/** A plan that cannot run is refused before any store is started. */
export function readExecutablePlan(runtime: Runtime, path: string): readonly PlanFile[] {
  const files = readPlanToApply(runtime.workingFolder, path);
  const compiled = compilePlan(files);
  for (const diagnostic of compiled.diagnostics) {
    if (diagnostic.severity !== 'hint') runtime.writeError(`${formatDiagnostic(diagnostic)}\n`);
  }
  if (compiled.plan === undefined) throw new WatchbillError('plan-invalid', `${path} has errors.`, path);
  const first = compiled.notExecuted[0];
  if (first !== undefined) {
    throw new WatchbillError(
      'plan-not-executable',
      `${path} uses ${compiled.notExecuted.length} parts that are not executed yet; run \`watchbill check\` to see them.`,
      path,
    );
  }
  return files;
}
