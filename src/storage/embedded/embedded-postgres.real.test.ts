import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { clock, temporaryFolder } from '../../../test/kit/postgres.ts';
import { openPool } from '../postgres/pool.ts';
import { type EmbeddedPostgres, startEmbeddedPostgres } from './embedded-postgres.ts';
import { identifyProcess } from './process-identity.ts';

let folder: string;
let remove: () => Promise<void>;
const running: EmbeddedPostgres[] = [];
const helpers: ChildProcess[] = [];

// One data folder for all: initialising one takes longer than everything else here.
beforeAll(async () => {
  ({ folder, remove } = await temporaryFolder());
});
afterEach(async () => {
  for (const postgres of running.splice(0)) await postgres.stop();
  for (const helper of helpers.splice(0)) helper.kill('SIGKILL');
});
afterAll(() => remove());

async function start(dataFolder = folder): Promise<EmbeddedPostgres> {
  const postgres = await startEmbeddedPostgres({ dataFolder, clock });
  running.push(postgres);
  return postgres;
}

async function ask(postgres: EmbeddedPostgres, sql: string): Promise<unknown> {
  const pool = openPool({ address: postgres.address, applicationName: 'test' });
  try {
    return (await pool.query(sql)).rows[0];
  } finally {
    await pool.end();
  }
}

/** Where its own files are, as the data folder says. */
async function home(): Promise<string> {
  const place = (await readFile(join(folder, 'postgres.place'), 'utf8')).trim();
  return place.startsWith('/') ? place : join(folder, place);
}

/** A process of another program that lives until the test ends. */
async function foreigner(): Promise<ChildProcess> {
  const helper = spawn('sleep', ['600'], { stdio: 'ignore' });
  helpers.push(helper);
  await once(helper, 'spawn');
  return helper;
}

async function killed(postgres: EmbeddedPostgres): Promise<void> {
  const ended = Promise.withResolvers<void>();
  postgres.onExit(ended.resolve);
  process.kill(postgres.pid, 'SIGKILL');
  await ended.promise;
  running.splice(running.indexOf(postgres), 1);
}

/** Starts it from a process that is killed at once, so that the postmaster is left behind. */
async function startAndCrash(): Promise<number> {
  const module = new URL('embedded-postgres.ts', import.meta.url).href;
  const clockModule = new URL('../../system-clock.ts', import.meta.url).href;
  const script = `
    import { startEmbeddedPostgres } from ${JSON.stringify(module)};
    import { createSystemClock } from ${JSON.stringify(clockModule)};
    const postgres = await startEmbeddedPostgres({ dataFolder: ${JSON.stringify(folder)}, clock: createSystemClock() });
    process.stdout.write(String(postgres.pid), () => process.kill(process.pid, 'SIGKILL'));`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let text = '';
  child.stdout.on('data', (chunk: Buffer) => {
    text += chunk.toString();
  });
  await once(child, 'close');
  return Number(text);
}

describe('embedded PostgreSQL', () => {
  it('starts as a user that is not root, on a socket only, and keeps its data', async () => {
    const first = await start();
    expect(first.adopted).toBe(false);
    const identity = await identifyProcess(first.pid);
    expect(identity?.uid).not.toBe(0);
    expect(await ask(first, 'show listen_addresses')).toEqual({ listen_addresses: '' });
    expect(await ask(first, 'show fsync')).toEqual({ fsync: 'on' });
    expect(await ask(first, 'show server_encoding')).toEqual({ server_encoding: 'UTF8' });
    if (!('socketFolder' in first.address)) throw new Error('No socket');
    expect((await stat(first.address.socketFolder)).mode & 0o777).toBe(0o700);
    await ask(first, 'create table kept as select 7 as seven');
    await first.stop();
    running.splice(0);
    expect(await identifyProcess(first.pid)).toBeUndefined();
    const second = await start();
    expect(await ask(second, 'select * from kept')).toEqual({ seven: 7 });
  });

  it('comes back from kill -9 with everything that it acknowledged', async () => {
    const first = await start();
    await ask(first, 'create table kept_too as select 7 as seven');
    await killed(first);
    const second = await start();
    expect(second.pid).not.toBe(first.pid);
    expect(await ask(second, 'select * from kept_too')).toEqual({ seven: 7 });
  });

  it('is adopted when it survived a crash of ours, and reports its end then too', async () => {
    const pid = await startAndCrash();
    expect((await identifyProcess(pid))?.pid).toBe(pid);
    const adopted = await start();
    expect(adopted).toMatchObject({ pid, adopted: true });
    expect(await ask(adopted, 'select 1 as one')).toEqual({ one: 1 });
    await killed(adopted);
    const again = await start();
    expect(again.adopted).toBe(false);
  });

  it('is adopted also when the crash came before its record', async () => {
    const pid = await startAndCrash();
    await writeFile(join(await home(), 'postmaster.json'), 'torn');
    expect(await start()).toMatchObject({ pid, adopted: true });
  });

  it.each(['of ours', 'of its own user'])(
    'leaves a process %s alone that got the number of the pid file',
    async (whose) => {
      const first = await start();
      const file = join(await home(), 'data', 'postmaster.pid');
      const text = await readFile(file, 'utf8');
      const uid = (await identifyProcess(first.pid))?.uid ?? 0;
      await killed(first);
      const other = whose === 'of ours' ? await foreigner() : spawn('sleep', ['600'], { stdio: 'ignore', uid });
      helpers.push(other);
      await writeFile(file, text.replace(/^\d+/, String(other.pid)));
      const second = await start();
      expect(second.adopted).toBe(false);
      expect(await ask(second, 'select 1 as one')).toEqual({ one: 1 });
      await second.stop();
      running.splice(0);
      expect((await identifyProcess(other.pid ?? 0))?.command[0]).toBe('sleep');
      expect(other.signalCode).toBeNull();
    },
  );

  it.each(['', 'nonsense', '-7\n/nowhere\n', '99999999\n'])('starts beside the pid file %j', async (text) => {
    const first = await start();
    await first.stop();
    running.splice(0);
    await writeFile(join(await home(), 'data', 'postmaster.pid'), text);
    await expect(start().then((postgres) => ask(postgres, 'select 1 as one'))).resolves.toEqual({ one: 1 });
  });

  it('never becomes two on one data folder', async () => {
    const first = await start();
    const second = await startEmbeddedPostgres({ dataFolder: folder, clock });
    expect(second.pid).toBe(first.pid);
    expect(second.adopted).toBe(true);
  });

  it('starts where the data folder is closed to its user, and where its path is too long for a socket', async () => {
    const closed = join(folder, 'x'.repeat(60), 'y'.repeat(60));
    await mkdir(closed, { recursive: true });
    await chmod(folder, 0o700);
    const postgres = await start(closed);
    expect(await ask(postgres, 'select 1 as one')).toEqual({ one: 1 });
    await postgres.stop();
    running.splice(0);
    const place = (await readFile(join(closed, 'postgres.place'), 'utf8')).trim();
    if (process.getuid?.() === 0) expect(place).toMatch(/^\/var\/lib\/watchbill\/data\//);
    if (place.startsWith('/')) {
      const { rm } = await import('node:fs/promises');
      await rm(join(place, '..'), { recursive: true });
    }
  });

  it('says in words of its log why it does not start', async () => {
    const first = await start();
    await first.stop();
    running.splice(0);
    await writeFile(join(await home(), 'data', 'postgresql.conf'), 'nonsense_setting = 1\n');
    await expect(start()).rejects.toMatchObject({ code: 'store-failed', message: expect.stringContaining('nonsense') });
  });
});
