import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Runtime } from '#cli/runtime.ts';
import { errorCodes } from '#kernel/error-codes.ts';
import { generateIngestKey } from '#storage/postgres/ingest-keys.ts';
import { readEnvironment } from './environment.ts';
import { watchEventLoop } from './event-loop.ts';
import { createSystemClock } from './system-clock.ts';
import { createSystemRandom } from './system-random.ts';

/**
 * Puts the parts together: the only place that makes the clock, the randomness and the environment. The same file is the program of
 * the supervisor's children, which are told their role by the arguments `role NAME`. Each part is loaded where it is needed: most of the
 * time that a command takes is the loading of its modules.
 */
const clock = createSystemClock();
const random = createSystemRandom();
const environment = readEnvironment();
if (!environment.ok) {
  const { code, message } = environment.failure;
  process.stderr.write(`${code}: ${message}\n${errorCodes[code].hint}\n`);
  process.exit(errorCodes[code].exit);
}
const settings = environment.value;

const argv = process.argv.slice(2);
if (argv[0] === 'role') {
  const { runRole } = await import('#processes/role.ts');
  // Its timer wakes a process a hundred times a second: only those whose delay is asked for.
  const eventLoopDelayMs = argv[1] === 'prober' ? () => undefined : watchEventLoop(clock);
  await runRole(argv[1], { clock, random, environment: settings, eventLoopDelayMs });
} else {
  const { runCommandLine } = await import('#cli/program.ts');
  process.exit(await runCommandLine(argv, await createRuntime()));
}

async function createRuntime(): Promise<Runtime> {
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => stop.abort());
  const { version } = JSON.parse(await readFile(join(import.meta.dirname, '../package.json'), 'utf8')) as {
    version: string;
  };
  const childEnvironment = withoutSecrets(process.env);
  const write = (text: string): void => void process.stdout.write(text);
  const writeError = (text: string): void => void process.stderr.write(text);
  for (const name of settings.unknown)
    writeError(`watchbill: ${name} is no variable of Watchbill's; is it misspelt?\n`);
  return {
    clock,
    random,
    workingFolder: process.cwd(),
    defaults: {
      ...(settings.data === undefined ? {} : { dataFolder: settings.data }),
      ...(settings.server === undefined ? {} : { server: settings.server }),
      ...(settings.token === undefined ? {} : { token: settings.token }),
      ...(settings.ingestKey === undefined ? {} : { ingestKey: settings.ingestKey }),
    },
    version,
    secret: (name) => settings.secret(name),
    egressAllow: settings.egressAllow,
    childEnvironment,
    width: process.stdout.columns ?? 120,
    write,
    writeError,
    stopSignal: stop.signal,
    createIngestKey: () => generateIngestKey(random),
    async startServer(options) {
      const { supervise } = await import('#processes/supervisor.ts');
      return supervise({
        ...options,
        entry: fileURLToPath(import.meta.url),
        environment: settings,
        variables: process.env,
        childEnvironment,
        clock,
        random,
        version,
        stopSignal: stop.signal,
        write,
        writeError,
      });
    },
    async withStores(dataFolder, use) {
      const { withStores } = await import('#processes/with-stores.ts');
      return withStores({ dataFolder, environment: settings, clock, random, writeError }, use);
    },
  };
}

/** What a process needs to run at all. Everything else may be a secret, and only the core resolves secrets. */
function withoutSecrets(variables: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const name of ['PATH', 'HOME', 'LANG', 'LC_ALL', 'TZ', 'TMPDIR', 'NODE_COMPILE_CACHE']) {
    const value = variables[name];
    if (value !== undefined) kept[name] = value;
  }
  return kept;
}
