import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CLI_AGENT } from '#contract/agent.ts';
import { type ErrorCode, errorCodes, WatchbillError } from '#kernel/error-codes.ts';
import type { PostgresAddress } from '#storage/postgres/pool.ts';
import type { Runtime } from './runtime.ts';

/** How a command finds the server: options of the command line before the environment before the data folder. */
export interface ServerAddress {
  readonly server?: string;
  readonly data?: string;
}

/** What `up` leaves in the data folder for the commands on the same machine; 0600, for it holds the admin token. */
export interface ServerRecord {
  readonly url: string;
  readonly intakeUrl: string;
  readonly token: string;
  readonly stores: ServerStores;
}

/** Where the stores of a running server are, for backup. */
export interface ServerStores {
  readonly postgres: PostgresAddress;
  readonly clickhouse: ClickHouseAddress;
}

export interface ClickHouseAddress {
  readonly url: string;
  readonly username: string;
  readonly password: string;
}

export const SERVER_RECORD_NAME = 'server.json';
export const DEFAULT_DATA_FOLDER = '.watchbill';
/** The demo keeps its own, so that a server of one's own in the same place does not run the tea shop too. */
const DEMO_DATA_FOLDER = '.watchbill-demo';

/** A client of a running server's API. Failures become `WatchbillError` with the server's own code and words. */
export interface Client {
  readonly intakeUrl: string | undefined;
  get<Answer>(path: string): Promise<Answer>;
  post<Answer>(path: string, body: unknown): Promise<Answer>;
  delete<Answer>(path: string): Promise<Answer>;
}

export function dataFolderOf(runtime: Runtime, address: ServerAddress): string {
  const folder = address.data ?? runtime.defaults.dataFolder ?? DEFAULT_DATA_FOLDER;
  return folder.startsWith('/') ? folder : join(runtime.workingFolder, folder);
}

/** The data folder of the demo, unless one is named. */
export function demoDataFolderOf(runtime: Runtime, address: ServerAddress): string {
  return dataFolderOf(runtime, { ...address, data: address.data ?? runtime.defaults.dataFolder ?? DEMO_DATA_FOLDER });
}

/** The data folder of the server that a command speaks to: the one named, else the one here that runs, the demo's last. */
export function serverFolderOf(runtime: Runtime, address: ServerAddress): string {
  const own = dataFolderOf(runtime, address);
  if (address.data !== undefined || runtime.defaults.dataFolder !== undefined) return own;
  const demo = demoDataFolderOf(runtime, address);
  const runs = (folder: string): boolean => existsSync(join(folder, SERVER_RECORD_NAME));
  return !runs(own) && runs(demo) ? demo : own;
}

/** The record of the server on this data folder; undefined when none was started there. */
export async function readServerRecord(dataFolder: string): Promise<ServerRecord | undefined> {
  try {
    return JSON.parse(await readFile(join(dataFolder, SERVER_RECORD_NAME), 'utf8')) as ServerRecord;
  } catch {
    return undefined;
  }
}

export async function connect(runtime: Runtime, address: ServerAddress): Promise<Client> {
  const dataFolder = serverFolderOf(runtime, address);
  const record = await readServerRecord(dataFolder);
  const url = address.server ?? runtime.defaults.server ?? record?.url;
  const token = runtime.defaults.token ?? record?.token;
  if (url === undefined) {
    throw new WatchbillError('server-unreachable', `No server was started on ${dataFolder}, and none is named.`);
  }
  if (token === undefined) {
    throw new WatchbillError(
      'credential-missing',
      `There is no token for ${url}: set WATCHBILL_TOKEN or name the data folder with --data.`,
    );
  }
  const call = async <Answer>(method: string, path: string, body?: unknown): Promise<Answer> => {
    let response: Response;
    try {
      response = await fetch(new URL(path, url), {
        method,
        redirect: 'error',
        headers: {
          authorization: `Bearer ${token}`,
          'user-agent': `${CLI_AGENT}/${runtime.version}`,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        signal: AbortSignal.any([runtime.stopSignal, AbortSignal.timeout(30_000)]),
      });
    } catch (cause) {
      if (runtime.stopSignal.aborted) throw new WatchbillError('interrupted', 'Stopped before the server answered.');
      throw new WatchbillError('server-unreachable', `${url} does not answer (${rootMessage(cause)}).`);
    }
    const text = await response.text();
    if (response.ok) return JSON.parse(text) as Answer;
    throw failureOf(response.status, text);
  };
  return {
    intakeUrl: record?.intakeUrl,
    get: (path) => call('GET', path),
    post: (path, body) => call('POST', path, body),
    delete: (path) => call('DELETE', path),
  };
}

function failureOf(status: number, text: string): WatchbillError {
  try {
    const { error } = JSON.parse(text) as { error: { code: string; message: string; where?: string } };
    const code: ErrorCode = error.code in errorCodes ? (error.code as ErrorCode) : 'internal-error';
    return new WatchbillError(code, error.message, error.where);
  } catch {
    return new WatchbillError(
      'internal-error',
      `The server answered ${status} with something that is not a failure of ours.`,
    );
  }
}

/** `fetch failed` says nothing; its innermost cause does. */
export function rootMessage(thrown: unknown): string {
  let current = thrown;
  while (current instanceof Error && current.cause !== undefined) current = current.cause;
  if (current instanceof AggregateError && current.errors.length > 0) return rootMessage(current.errors[0]);
  return current instanceof Error ? current.message : String(current);
}

/** The plan that a command is about: the one named, or the only one there is. */
export async function choosePlan(client: Client, named: string | undefined): Promise<string> {
  if (named !== undefined) return named;
  const { plans } = await client.get<{ plans: readonly { plan: string }[] }>('/api/status');
  const only = plans[0];
  if (only === undefined)
    throw new WatchbillError('not-found', 'The server runs no plan yet; `watchbill apply PLAN` gives it one.');
  if (plans.length > 1) {
    throw new WatchbillError(
      'usage',
      `The server runs ${plans.length} plans; name one with --plan: ${plans.map(({ plan }) => plan).join(', ')}.`,
    );
  }
  return only.plan;
}
