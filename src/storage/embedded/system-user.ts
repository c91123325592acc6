import { execFile } from 'node:child_process';
import { readFile, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { WatchbillError } from '#kernel/error-codes.ts';

/** A user of the operating system, as `spawn` and `chown` want it. */
export interface SystemUser {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

const run = promisify(execFile);

/** The user that this process runs as needs no change; root has to find one that owns nothing else. */
export function isRoot(): boolean {
  return process.getuid?.() === 0;
}

/**
 * A user of its own for an engine that must not run as root: `name`, made when missing, else `nobody`.
 * PostgreSQL refuses root and users that are not in passwd.
 */
export async function systemUser(name: string): Promise<SystemUser> {
  const present = await lookUp(name);
  if (present !== undefined) return present;
  await run(
    'useradd',
    ['--system', '--no-create-home', '--home-dir', '/nonexistent', '--shell', '/usr/sbin/nologin', name],
    {
      env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin' },
    },
  ).catch(() => {});
  const made = (await lookUp(name)) ?? (await lookUp('nobody'));
  if (made === undefined) {
    throw new WatchbillError('store-failed', `There is neither a user ${name} nor nobody, and useradd cannot make one`);
  }
  return made;
}

async function lookUp(name: string): Promise<SystemUser | undefined> {
  const passwd = await readFile('/etc/passwd', 'utf8');
  const fields = passwd
    .split('\n')
    .map((line) => line.split(':'))
    .find(([first]) => first === name);
  const [uid, gid] = [Number(fields?.[2]), Number(fields?.[3])];
  return fields !== undefined && Number.isInteger(uid) && Number.isInteger(gid) ? { name, uid, gid } : undefined;
}

/** Whether a user that owns nothing on the way can walk down to this folder. */
export async function isTraversable(folder: string): Promise<boolean> {
  for (let at = folder; ; at = dirname(at)) {
    const { mode } = await stat(at);
    if ((mode & 0o001) === 0) return false;
    if (at === dirname(at)) return true;
  }
}
