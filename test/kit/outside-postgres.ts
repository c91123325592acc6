import { execFile, spawn } from 'node:child_process';
import { chown, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { isRoot, systemUser } from '#storage/embedded/system-user.ts';
import { freePort } from '../crash/server-process.ts';

const run = promisify(execFile);
const PLACES = '/usr/lib/postgresql';

/** A PostgreSQL server that is none of ours: Debian's, of another major version, reached over TCP with a password. */
export interface OutsidePostgres {
  /** Of an empty database whose owner may do nothing else on the server. */
  readonly url: string;
  readonly version: string;
  close(): Promise<void>;
}

/** Where Debian has its newest PostgreSQL; undefined where it is not installed. */
export async function debianPostgres(): Promise<string | undefined> {
  const versions = await readdir(PLACES).catch(() => []);
  const newest = versions.sort((left, right) => Number(left) - Number(right)).at(-1);
  return newest === undefined ? undefined : join(PLACES, newest, 'bin');
}

export async function startOutsidePostgres(programs: string): Promise<OutsidePostgres> {
  const folder = await mkdtemp(join(tmpdir(), 'watchbill-outside-postgres-'));
  const user = isRoot() ? await systemUser('watchbill-postgres') : undefined;
  if (user !== undefined) await chown(folder, user.uid, user.gid);
  const identity = user === undefined ? {} : { uid: user.uid, gid: user.gid };
  const environment = { PATH: '/usr/bin:/bin', LC_ALL: 'C.UTF-8' };
  const passwordFile = join(folder, 'password');
  await writeFile(passwordFile, 'of-the-superuser\n');
  if (user !== undefined) await chown(passwordFile, user.uid, user.gid);
  const data = join(folder, 'data');
  const make = [
    '-D',
    data,
    '-U',
    'super',
    '--auth=scram-sha-256',
    `--pwfile=${passwordFile}`,
    '--no-sync',
    '-E',
    'UTF8',
  ];
  await run(join(programs, 'initdb'), make, { ...identity, env: environment, cwd: folder });
  const port = await freePort();
  const settings = [
    '-c',
    `port=${port}`,
    '-c',
    'listen_addresses=127.0.0.1',
    '-c',
    `unix_socket_directories=${folder}`,
  ];
  const server = spawn(join(programs, 'postgres'), ['-D', data, ...settings, '-c', 'fsync=off'], {
    ...identity,
    env: environment,
    cwd: folder,
    stdio: 'ignore',
  });
  const ended = new Promise<void>((resolve) => server.once('exit', () => resolve()));
  const superUrl = `postgres://super:of-the-superuser@127.0.0.1:${port}/postgres`;
  const version = await untilAnswers(superUrl, async (client) => {
    await client.query("create role outside login password 'with % and #'");
    await client.query('create database kept owner outside');
    return String((await client.query('show server_version')).rows[0]?.server_version);
  });
  return {
    url: `postgres://outside:${encodeURIComponent('with % and #')}@127.0.0.1:${port}/kept`,
    version,
    async close() {
      server.kill('SIGINT');
      await ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function untilAnswers<Value>(url: string, use: (client: pg.Client) => Promise<Value>): Promise<Value> {
  const startedMs = performance.now();
  for (;;) {
    const client = new pg.Client({ connectionString: url });
    client.on('error', () => {});
    try {
      await client.connect();
      return await use(client);
    } catch (problem) {
      if (performance.now() - startedMs > 100_000) throw problem;
      await new Promise((resolve) => setTimeout(resolve, 50));
    } finally {
      await client.end().catch(() => {});
    }
  }
}
