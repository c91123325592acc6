import { readFile } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import type { Command } from 'commander';
import { WatchbillError } from '#kernel/error-codes.ts';
import { readServerRecord, serverFolderOf } from './client.ts';
import { intakeTarget, sendEvents } from './intake-client.ts';
import type { Runtime } from './runtime.ts';

interface SendOptions {
  readonly intake?: string;
  readonly key?: string;
  readonly data?: string;
  readonly file?: string;
  readonly json?: true;
}

/** `watchbill send`: one event from the command line, or a file or standard input of them. */
export function registerSend(program: Command, runtime: Runtime): void {
  program
    .command('send')
    .summary('send events: one from the words given, or many from a file')
    .argument('[name]', 'name of the event')
    .argument('[fields...]', 'its fields as key=value; a value that is valid JSON is taken as such')
    .option('--file <path>', 'send the JSON or NDJSON of this file instead; - for standard input')
    .option('--intake <url>', 'where intake listens')
    .option('--key <key>', 'the key (default: WATCHBILL_INGEST_KEY)')
    .option('--data <folder>', 'the data folder of the server (default: .watchbill, or WATCHBILL_DATA)')
    .option('--json', 'print the answer as JSON')
    .addHelpText(
      'after',
      '\nExamples:\n  $ watchbill send payment outcome=failed amount=12.5 --key $KEY\n  $ watchbill send --file events.ndjson --key $KEY',
    )
    .action(async (name: string | undefined, fields: readonly string[], options: SendOptions) => {
      const recorded = (await readServerRecord(serverFolderOf(runtime, options)))?.intakeUrl;
      const target = intakeTarget(runtime, options, recorded);
      const body = options.file === undefined ? oneEvent(name, fields) : await readBody(runtime, options.file);
      const answer = await sendEvents(
        runtime,
        target,
        body,
        Buffer.from(runtime.random.bytes(16)).toString('base64url'),
      );
      if (options.json) runtime.write(`${JSON.stringify(answer, null, 2)}\n`);
      else {
        runtime.write(`${answer.accepted} accepted, ${answer.rejected.length} rejected.\n`);
        for (const { index, code, message } of answer.rejected)
          runtime.writeError(`record ${index}: ${code}: ${message}\n`);
      }
      if (answer.rejected.length > 0) {
        throw new WatchbillError(
          'field-invalid',
          `${answer.rejected.length} ${answer.rejected.length === 1 ? 'record was' : 'records were'} rejected.`,
        );
      }
    });
}

function oneEvent(name: string | undefined, fields: readonly string[]): string {
  if (name === undefined) throw new WatchbillError('usage', 'Name the event, or a file with --file.');
  const record = new Map<string, unknown>([['name', name]]);
  for (const field of fields) {
    const at = field.indexOf('=');
    if (at <= 0) throw new WatchbillError('usage', `A field is written key=value; "${field}" is not.`);
    record.set(field.slice(0, at), valueFrom(field.slice(at + 1)));
  }
  return JSON.stringify(Object.fromEntries(record));
}

function valueFrom(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

async function readBody(runtime: Runtime, file: string): Promise<string> {
  try {
    if (file === '-') return (await buffer(process.stdin)).toString('utf8');
    return await readFile(isAbsolute(file) ? file : join(runtime.workingFolder, file), 'utf8');
  } catch {
    throw new WatchbillError('file-unreadable', `${file} cannot be read.`, file);
  }
}
