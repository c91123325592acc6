import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import { type Command, Option } from 'commander';
import { shipAccessLog } from '#intake/access-log/follow.ts';
import { readServerRecord, serverFolderOf } from './client.ts';
import { intakeTarget, sendEvents } from './intake-client.ts';
import type { Runtime } from './runtime.ts';

interface ShipCommandOptions {
  readonly format?: 'combined' | 'json';
  readonly intake?: string;
  readonly key?: string;
  readonly data?: string;
  readonly place?: string;
}

/** `watchbill ship access.log`: a web server's access log as `requests`, until it is stopped. */
export function registerShip(program: Command, runtime: Runtime): void {
  program
    .command('ship')
    .summary("follow a web server's access log and send its lines as requests")
    .argument('<file>', 'the log, in combined format or as JSON lines; it may be rotated')
    .addOption(
      new Option('--format <format>', 'of its lines (default: seen from each line)').choices(['combined', 'json']),
    )
    .option('--intake <url>', 'where intake listens')
    .option('--key <key>', 'the key (default: WATCHBILL_INGEST_KEY)')
    .option('--data <folder>', 'the data folder of the server (default: .watchbill, or WATCHBILL_DATA)')
    .option('--place <file>', 'where the place in the log is remembered (default: in the data folder)')
    .addHelpText(
      'after',
      '\nA place is kept: what is stopped and started again goes on where it was. In JSON lines, `request_time` gives the duration.\n\nExample:\n  $ watchbill ship /var/log/nginx/access.log --key $KEY',
    )
    .action(async (path: string, options: ShipCommandOptions) => {
      const dataFolder = serverFolderOf(runtime, options);
      const target = intakeTarget(runtime, options, (await readServerRecord(dataFolder))?.intakeUrl);
      const file = isAbsolute(path) ? path : join(runtime.workingFolder, path);
      const placeFile = options.place ?? (await defaultPlaceFile(dataFolder, file));
      // A web server may make its log with its first request.
      const yet = existsSync(file) ? '' : ' (not there yet; waiting for it)';
      runtime.write(`Following ${file}${yet}; stop with Ctrl-C.\n`);
      const sent = await shipAccessLog({
        file,
        ...(options.format === undefined ? {} : { format: options.format }),
        placeFile,
        send: (body, idempotencyKey) => sendEvents(runtime, target, body, idempotencyKey),
        clock: runtime.clock,
        signal: runtime.stopSignal,
      });
      runtime.write(
        `${sent.lines} lines: ${sent.accepted} accepted, ${sent.rejected} rejected, ${sent.malformed} unreadable.\n`,
      );
    });
}

/** One place for each log, named by its path. */
async function defaultPlaceFile(dataFolder: string, file: string): Promise<string> {
  const folder = join(dataFolder, 'shipped');
  await mkdir(folder, { recursive: true, mode: 0o700 });
  return join(folder, `${createHash('sha256').update(file).digest('hex').slice(0, 24)}.json`);
}
