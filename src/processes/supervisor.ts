import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SERVER_RECORD_NAME, type ServerRecord } from '#cli/client.ts';
import { DEFAULT_GRPC_PORT } from '#cli/options.ts';
import type { ServerOptions } from '#cli/runtime.ts';
import { type ErrorCode, errorCodes, WatchbillError } from '#kernel/error-codes.ts';
import type { Clock, Random } from '#kernel/ports.ts';
import { lockDataFolder } from '#storage/data-folder.ts';
import type { Environment } from '../environment.ts';
import { keepText, linkPathFor } from './data-folder-files.ts';
import { type ManagedChild, manageChild } from './managed-child.ts';
import { chooseGrpcPort, choosePort } from './port.ts';
import { ProcessBoard, type ProcessName } from './process-board.ts';
import { type Stores, startStores } from './stores.ts';
import { whileWanted } from './while-wanted.ts';

export interface SupervisorOptions extends ServerOptions {
  /** `main.ts`, which the children run as well. */
  readonly entry: string;
  readonly environment: Environment;
  /** The whole environment, of which the core gets all (it resolves secrets) and the others next to nothing; intake asks for single secrets by name. */
  readonly variables: Readonly<Record<string, string | undefined>>;
  readonly childEnvironment: Readonly<Record<string, string>>;
  readonly clock: Clock;
  readonly random: Random;
  readonly version: string;
  readonly stopSignal: AbortSignal;
  readonly write: (text: string) => void;
  readonly writeError: (text: string) => void;
}

/**
 * Starts the stores, intake and the core, starts each again when it ends, and ends them in good order when told to. It holds
 * no state of its own: when it is killed, its children end with it and the next start finds everything in the data folder.
 * Resolves with the exit code.
 */
export async function supervise(options: SupervisorOptions): Promise<number> {
  const startedMs = options.clock.monotonicMs();
  const lock = await lockDataFolder(options.dataFolder);
  const failure = Promise.withResolvers<WatchbillError>();
  const ready = Promise.withResolvers<'ready'>();
  const stopped = untilAborted(options.stopSignal);
  const recordPath = join(options.dataFolder, SERVER_RECORD_NAME);
  const running: { stop(): Promise<void> }[] = [lockAsLast(lock)];
  try {
    const setUp = showSetUpLink(options);
    const record = await startParts(options, running, () => ready.resolve('ready'), failure.resolve, setUp.onPath);
    const first = await Promise.race([ready.promise, failure.promise, stopped]);
    if (first instanceof WatchbillError) throw first;
    if (first === 'stopped') return 0;
    const server = await record();
    await writeFile(recordPath, JSON.stringify(server), { mode: 0o600 });
    const seconds = ((options.clock.monotonicMs() - startedMs) / 1_000).toFixed(1);
    options.write(
      `Watchbill ${options.version} is ready after ${seconds} s: ${server.url} for people and the API, ${server.intakeUrl} for telemetry.\n`,
    );
    setUp.onUrl(server.url);
    const companion = await options.onReady?.(server);
    if (companion !== undefined) running.push(companion);
    const last = await Promise.race([failure.promise, stopped]);
    if (last instanceof WatchbillError) throw last;
    return 0;
  } catch (thrown) {
    if (!(thrown instanceof WatchbillError)) throw thrown;
    options.writeError(`${thrown.code}: ${thrown.message}\n${errorCodes[thrown.code].hint}\n`);
    return errorCodes[thrown.code].exit;
  } finally {
    await rm(recordPath, { force: true });
    // The last started is the first to stop; intake so flushes and says its last verdicts while the core still listens.
    for (const part of running.reverse()) await part.stop();
  }
}

async function startParts(
  options: SupervisorOptions,
  running: { stop(): Promise<void> }[],
  onReady: () => void,
  onFailure: (problem: WatchbillError) => void,
  onSetUpLink: (path: string) => void,
): Promise<() => Promise<ServerRecord>> {
  const { dataFolder, host, random } = options;
  const log = (message: string): void => options.writeError(`watchbill: ${message}\n`);
  const onHopeless = (code: string, message: string): void => onFailure(new WatchbillError(code as ErrorCode, message));
  const adminToken = await keepText(
    dataFolder,
    'admin-token',
    () => `wb_admin_${Buffer.from(random.bytes(24)).toString('base64url')}`,
  );
  const authSecret = await keepText(dataFolder, 'auth-secret', () =>
    Buffer.from(random.bytes(32)).toString('base64url'),
  );
  const installation = await keepText(dataFolder, 'installation', () =>
    Buffer.from(random.bytes(9)).toString('base64url'),
  );
  const linkPath = await linkPathFor(dataFolder);
  const corePort = await choosePort(host, options.port, options.clock, random);
  const intakePort = await choosePort(host, options.intakePort, options.clock, random);

  const grpcPort = await chooseGrpcPort({
    host,
    wanted: options.grpcPort,
    usual: DEFAULT_GRPC_PORT,
    clock: options.clock,
    random,
  });
  if (grpcPort === 'taken') {
    log(`Port ${DEFAULT_GRPC_PORT} is taken, so OpenTelemetry is heard over HTTP only; see --grpc-port.`);
  }

  const url = `http://${addressOf(host)}:${corePort}`;
  const intakeUrl = `http://${addressOf(host)}:${intakePort}`;
  const publicUrl = options.publicUrl ?? options.environment.publicUrl ?? url;
  const publicIntakeUrl = options.publicIntakeUrl ?? options.environment.publicIntakeUrl ?? intakeUrl;

  const egressAllow = [...options.environment.egressAllow, ...(options.egressAllow ?? [])];
  const board = new ProcessBoard(options.clock, process.pid);
  const note = (name: ProcessName) => (pid: number | 'outside' | undefined) => {
    if (pid === undefined) board.ended(name);
    else if (pid === 'outside') board.outside(name);
    else board.running(name, pid);
  };
  for (const name of ['PostgreSQL', 'telemetry store', 'intake', 'core'] as const) board.ended(name);

  const stores: Stores = await startStores({ ...options, log, onFailure, onRunning: (name, pid) => note(name)(pid) });
  running.push(stores);
  // Both load their modules while the stores start, and are told where the stores are as soon as that is known.
  // Given once: a core that is started again goes on with the version in force, which people may have applied since.
  let given = options.plans;
  const core: ManagedChild = manageChild({
    role: 'core',
    entry: options.entry,
    environment: withoutLibrarySettings(options.variables),
    clock: options.clock,
    configuration: async () => ({
      role: 'core',
      dataFolder,
      host,
      names: options.names ?? [],
      port: corePort,
      publicUrl: publicUrl.replace(/\/+$/, ''),
      linkPath,
      publicIntakeUrl: publicIntakeUrl.replace(/\/+$/, ''),
      adminToken,
      authSecret,
      trustedProxies: options.environment.trustedProxies,
      installation,
      version: options.version,
      postgres: await stores.postgres(),
      clickhouse: stores.clickhouseAddress,
      plans: given,
      ...(options.ingestKey === undefined ? {} : { ingestKey: options.ingestKey }),
      egressAllow,
      secrets: options.secrets ?? {},
    }),
    onReady: () => {
      given = [];
      onReady();
    },
    onSetUpLink,
    onHopeless,
    onRunning: note('core'),
    log,
  });
  const proberKey = Buffer.from(random.bytes(32)).toString('base64url');
  const prober = whileWanted(
    () =>
      manageChild({
        role: 'prober',
        entry: options.entry,
        environment: options.childEnvironment,
        clock: options.clock,
        configuration: async () => ({ role: 'prober', intakeUrl, key: proberKey, egressAllow }),
        onReady: () => {},
        onHopeless,
        secret: (name) => secretOf(options, name),
        onRunning: note('prober'),
        log,
      }),
    () => board.gone('prober'),
  );
  board.onChange = (processes) => core.tell({ type: 'processes', processes });
  core.tell({ type: 'processes', processes: board.reports });
  running.push(core);
  running.push(
    manageChild({
      role: 'intake',
      entry: options.entry,
      environment: options.childEnvironment,
      clock: options.clock,
      configuration: async () => ({
        role: 'intake',
        dataFolder,
        host,
        port: intakePort,
        ...(typeof grpcPort === 'number' ? { grpcPort } : {}),
        linkPath,
        clickhouse: await stores.clickhouse(),
        egressAllow,
        proberKey,
      }),
      onReady: () => {},
      onHopeless,
      secret: (name) => secretOf(options, name),
      onProbesWanted: prober.want,
      onRunning: note('intake'),
      log,
    }),
  );
  running.push(prober);
  return async () => ({
    url,
    intakeUrl,
    token: adminToken,
    stores: { postgres: await stores.postgres(), clickhouse: await stores.clickhouse() },
  });
}

/** What was given with the command goes before the environment, as it does in the core. */
function secretOf({ secrets = {}, environment }: SupervisorOptions, name: string): string | undefined {
  return (Object.hasOwn(secrets, name) ? secrets[name] : undefined) ?? environment.secret(name);
}

function lockAsLast(lock: { release(): Promise<void> }): { stop(): Promise<void> } {
  return { stop: () => lock.release() };
}

function untilAborted(signal: AbortSignal): Promise<'stopped'> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve('stopped');
    signal.addEventListener('abort', () => resolve('stopped'), { once: true });
  });
}

/**
 * Prints the link by which the first owner is made, once it is known where the server is. A core that is started again voids the link
 * before and gives another, which is printed at once.
 */
function showSetUpLink(options: SupervisorOptions) {
  const publicUrl = options.publicUrl ?? options.environment.publicUrl;
  let url: string | undefined;
  let path: string | undefined;
  const show = (): void => {
    if (url === undefined || path === undefined) return;
    options.write(`Nobody can sign in yet. Make yourself the owner, by this link and once: ${url}${path}\n`);
    path = undefined;
  };
  return {
    onUrl(known: string): void {
      url = (publicUrl ?? known).replace(/\/+$/, '');
      show();
    },
    onPath(known: string): void {
      path = known;
      show();
    },
  };
}

/** The sign-in library obeys variables of its own, of which one makes it report to its makers. Ours says all that it needs. */
function withoutLibrarySettings(variables: SupervisorOptions['variables']): SupervisorOptions['variables'] {
  return Object.fromEntries(Object.entries(variables).filter(([name]) => !name.startsWith('BETTER_AUTH_')));
}

/** Listening on every address is reached on loopback by whoever shares the machine. */
function addressOf(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1';
  if (host === '::') return '[::1]';
  return host.includes(':') ? `[${host}]` : host;
}
