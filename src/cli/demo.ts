import { type ChildProcess, spawn } from 'node:child_process';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Command } from 'commander';
import { WatchbillError } from '#kernel/error-codes.ts';
import type { Instant } from '#kernel/instant.ts';
import { makeDataFolder } from '#storage/data-folder.ts';
import { demoDataFolderOf, rootMessage } from './client.ts';
import { readPort } from './options.ts';
import type { PlanFile } from './plan-files.ts';
import type { Runtime } from './runtime.ts';
import { DEFAULT_INTAKE_PORT, DEFAULT_PORT, readExecutablePlan } from './up.ts';

/** Where the running demo is; beside the server's own record in the data folder. */
const DEMO_RECORD_NAME = 'demo.json';

/** The shop's own, as its plan says. */
const SHOP_TIMEZONE = 'Europe/Berlin';

interface DemoRecord {
  /** The shop's own page, where it can be broken. */
  readonly url: string;
  /** What was told, as JSON. */
  readonly receivedUrl: string;
}

interface DemoOptions {
  readonly port: number;
  readonly intakePort: number;
  readonly shopPort: number;
  readonly data?: string;
}

/** `watchbill demo`: a small real shop under its own load, watched by its plan; `demo break payments` breaks it. */
export function registerDemo(program: Command, runtime: Runtime, exitWith: (code: number) => void): void {
  const demo = program
    .command('demo')
    .summary('run a small real shop and watch it; break it and be paged')
    .option('--port <port>', 'for people and the API; 0 takes a free one', readPort, DEFAULT_PORT)
    .option('--intake-port <port>', 'for everything that sends; 0 takes a free one', readPort, DEFAULT_INTAKE_PORT)
    .option('--shop-port <port>', "of the shop's own page; 0 takes a free one", readPort, 4_800)
    .option('--data <folder>', 'where everything is kept (default: .watchbill-demo, or WATCHBILL_DATA)')
    .addHelpText(
      'after',
      '\nExamples:\n  $ watchbill demo\n  $ watchbill demo break payments     (in another terminal)\n  $ watchbill explain A-1\n  $ watchbill demo mend payments',
    )
    .action(async (options: DemoOptions) => exitWith(await runDemo(runtime, options)));

  for (const [verb, summary, on] of [
    ['break', 'break a part of the running shop: payments, database, sign-ups, memory or down', true],
    ['mend', 'mend it again', false],
  ] as const) {
    demo
      .command(verb)
      .summary(summary)
      .argument('<part>', 'payments, database, sign-ups, memory or down')
      .option('--data <folder>', 'the data folder of the demo')
      .action(async (part: string, options: { data?: string }) => {
        runtime.write(`${await switchFault(runtime, options, part, on)}\n`);
      });
  }
}

async function runDemo(runtime: Runtime, options: DemoOptions): Promise<number> {
  const examples = join(import.meta.dirname, '../../examples/tea-shop');
  // TypeScript in a clone, JavaScript in a release: as this module itself.
  const shopProgram = join(examples, `main${extname(import.meta.filename)}`);
  const dataFolder = demoDataFolderOf(runtime, options);
  const launch = await keepDemoText(dataFolder, 'demo-launch', () => wallClock(runtime.clock.now()));
  const plan = launchedAt(readExecutablePlan({ ...runtime, workingFolder: examples }, '.'), launch);
  const secret = `whsec_${Buffer.from(runtime.random.bytes(24)).toString('base64')}`;
  const ingestKey = await keepDemoText(dataFolder, 'demo-key', () => runtime.createIngestKey());
  const letterbox = await startPart(runtime, shopProgram, ['letterbox'], {
    TEA_SHOP_WEBHOOK_SECRET: secret,
  });
  const { receivedUrl = '', webhookUrl = '', slackUrl = '', smtpUrl = '' } = letterbox.addresses;
  try {
    return await runtime.startServer({
      dataFolder,
      port: options.port,
      intakePort: options.intakePort,
      grpcPort: 'off',
      host: '127.0.0.1',
      plans: [plan],
      ingestKey,
      // The letterbox is on loopback, where pages may not go unless somebody says so.
      egressAllow: [new URL(webhookUrl).host, new URL(smtpUrl).host],
      secrets: {
        TEA_SHOP_WEBHOOK_URL: webhookUrl,
        TEA_SHOP_WEBHOOK_SECRET: secret,
        TEA_SHOP_SLACK_URL: slackUrl,
        TEA_SHOP_SMTP_PORT: new URL(smtpUrl).port,
      },
      async onReady(server) {
        const shop = await startPart(
          runtime,
          shopProgram,
          [
            ...['shop', '--port', String(options.shopPort), '--intake', server.intakeUrl],
            ...['--received', receivedUrl, '--watchbill', `${server.url}/plans/tea-shop`],
          ],
          { TEA_SHOP_KEY: ingestKey },
        );
        const record: DemoRecord = { url: shop.addresses.url ?? '', receivedUrl };
        await writeFile(join(dataFolder, DEMO_RECORD_NAME), JSON.stringify(record), { mode: 0o600 });
        runtime.write(
          `The tea shop is open at ${record.url}: break it there, and see who is told. Or in another terminal:\n  npx watchbill status\n  npx watchbill demo break payments\n  npx watchbill explain A-1\n`,
        );
        return {
          async stop() {
            await rm(join(dataFolder, DEMO_RECORD_NAME), { force: true });
            await shop.stop();
          },
        };
      },
    });
  } finally {
    await letterbox.stop();
  }
}

/** The demo's own key and T+0 last as long as its data folder, so that a restart leaves no trail of keys and versions. */
async function keepDemoText(dataFolder: string, name: string, make: () => string): Promise<string> {
  const path = join(dataFolder, name);
  const kept = await readFile(path, 'utf8').catch(() => undefined);
  if (kept !== undefined) return kept.trim();
  const text = make();
  await makeDataFolder(dataFolder);
  await writeFile(path, `${text}\n`, { mode: 0o600 });
  return text;
}

/** The shop is launched when its demo first starts: nobody watches the launch of months ago. */
function launchedAt(files: readonly PlanFile[], launch: string): readonly PlanFile[] {
  return files.map((file) => ({ ...file, text: file.text.replace(/^launch: .*$/m, `launch: ${launch}`) }));
}

/** To the minute, as plans write it in the shop's zone. */
function wallClock(now: Instant): string {
  const local = Temporal.Instant.fromEpochMilliseconds(now).toZonedDateTimeISO(SHOP_TIMEZONE).toPlainDateTime();
  return local.toString({ smallestUnit: 'minute' }).replace('T', ' ');
}

interface DemoPart {
  readonly addresses: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

/** Starts a part of the demo as a process that ends when we do, and waits for the line with its addresses. */
async function startPart(
  runtime: Runtime,
  entry: string,
  words: readonly string[],
  secrets: Readonly<Record<string, string>>,
): Promise<DemoPart> {
  const child: ChildProcess = spawn(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', ...process.execArgv, entry, ...words],
    {
      stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
      env: { ...runtime.childEnvironment, ...secrets },
    },
  );
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const addresses = await new Promise<Readonly<Record<string, string>>>((resolve, reject) => {
    child.once('exit', (code) =>
      reject(new WatchbillError('configuration-invalid', `The demo's ${words[0]} did not start (exit ${code}).`)),
    );
    if (child.stdout === null) return;
    createInterface({ input: child.stdout }).on('line', (line) => {
      // The first line has the addresses; what follows is for people.
      if (line.startsWith('{"ready":true')) resolve(JSON.parse(line) as Record<string, string>);
      else runtime.write(`${line}\n`);
    });
  });
  return {
    addresses,
    async stop() {
      child.kill('SIGTERM');
      await ended;
    },
  };
}

async function switchFault(
  runtime: Runtime,
  options: { readonly data?: string },
  part: string,
  on: boolean,
): Promise<string> {
  const dataFolder = demoDataFolderOf(runtime, options);
  const record = await readFile(join(dataFolder, DEMO_RECORD_NAME), 'utf8').catch(() => undefined);
  if (record === undefined)
    throw new WatchbillError('server-unreachable', `No demo runs on ${dataFolder}; \`watchbill demo\` starts one.`);
  const { url } = JSON.parse(record) as DemoRecord;
  let response: Response;
  try {
    response = await fetch(new URL(`/faults/${encodeURIComponent(part)}`, url), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ on }),
      signal: runtime.stopSignal,
    });
  } catch (cause) {
    throw new WatchbillError('server-unreachable', `The shop does not answer (${rootMessage(cause)}).`);
  }
  const text = await response.text();
  if (!response.ok)
    throw new WatchbillError(
      'usage',
      `The shop has no part "${part}" that can break: payments, database, sign-ups, memory, down.`,
      part,
    );
  const answer = JSON.parse(text) as { effect?: string };
  return on ? `Broken: ${part}${answer.effect === undefined ? '' : ` (${answer.effect})`}.` : `Mended: ${part}.`;
}
