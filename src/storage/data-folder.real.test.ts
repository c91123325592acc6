import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../test/kit/postgres.ts';
import { lockDataFolder } from './data-folder.ts';
import { identifyProcess } from './embedded/process-identity.ts';

let folder: string;
let remove: () => Promise<void>;
beforeEach(async () => {
  ({ folder, remove } = await temporaryFolder());
});
afterEach(() => remove());

describe('lockDataFolder', () => {
  it('is held by one', async () => {
    const lock = await lockDataFolder(folder);
    await expect(lockDataFolder(folder)).rejects.toMatchObject({ code: 'data-folder-in-use' });
    await lock.release();
    const again = await lockDataFolder(folder);
    await again.release();
    expect(await readdir(folder)).toEqual([]);
  });

  it('has one winner when many ask at once, also over a stale lock', async () => {
    await writeFile(join(folder, 'watchbill.lock'), JSON.stringify({ pid: 999_999_999, startToken: 'long ago' }));
    const tries = await Promise.allSettled(Array.from({ length: 12 }, () => lockDataFolder(folder)));
    const winners = tries.filter((attempt) => attempt.status === 'fulfilled');
    expect(winners.length).toBeLessThanOrEqual(1);
    for (const winner of winners) await winner.value.release();
    await (await lockDataFolder(folder)).release();
  });

  it.each(['', 'torn {', '{}'])('takes over a lock that says %j', async (text) => {
    await writeFile(join(folder, 'watchbill.lock'), text);
    await (await lockDataFolder(folder)).release();
  });

  it('is not fooled by a later process with the number of the dead one', async () => {
    const other = spawn('sleep', ['600'], { stdio: 'ignore' });
    await once(other, 'spawn');
    const identity = await identifyProcess(other.pid ?? 0);
    const lock = join(folder, 'watchbill.lock');
    await writeFile(lock, JSON.stringify({ pid: other.pid, startToken: 'another life' }));
    await (await lockDataFolder(folder)).release();
    await writeFile(lock, JSON.stringify({ pid: other.pid, startToken: identity?.startToken }));
    await expect(lockDataFolder(folder)).rejects.toMatchObject({ code: 'data-folder-in-use' });
    other.kill('SIGKILL');
    await once(other, 'exit');
    await (await lockDataFolder(folder)).release();
  });
});
