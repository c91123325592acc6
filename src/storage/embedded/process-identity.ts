import { execFile } from 'node:child_process';
import { readFile, stat } from 'node:fs/promises';
import { promisify } from 'node:util';

/** A process as it can be told apart from a later one with the same number. */
export interface ProcessIdentity {
  readonly pid: number;
  /** When it began, in a form that only means something on this boot of this machine. Compare, never compute. */
  readonly startToken: string;
  /** Effective user. */
  readonly uid: number;
  /** Its command line. */
  readonly command: readonly string[];
}

/** Looks at a process without touching it; undefined when there is none, or only its unreaped remains. */
export async function identifyProcess(pid: number): Promise<ProcessIdentity | undefined> {
  if (!Number.isSafeInteger(pid) || pid <= 1) return undefined;
  return process.platform === 'linux' ? identifyOnLinux(pid) : identifyWithPs(pid);
}

async function identifyOnLinux(pid: number): Promise<ProcessIdentity | undefined> {
  try {
    const [text, boot, command, folder] = await Promise.all([
      readFile(`/proc/${pid}/stat`, 'utf8'),
      readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => ''),
      readFile(`/proc/${pid}/cmdline`, 'utf8'),
      stat(`/proc/${pid}`),
    ]);
    // The command name in parentheses may hold spaces and parentheses itself; the fields after it are counted from its end.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    const [state] = fields;
    const ticks = fields[19];
    if (state === 'Z' || state === 'X' || ticks === undefined) return undefined;
    return { pid, startToken: `${boot.trim()} ${ticks}`, uid: folder.uid, command: command.split('\0').slice(0, -1) };
  } catch {
    return undefined;
  }
}

const run = promisify(execFile);

async function identifyWithPs(pid: number): Promise<ProcessIdentity | undefined> {
  try {
    const { stdout } = await run('ps', ['-o', 'uid=,stat=,lstart=,args=', '-p', String(pid)], {
      env: { LC_ALL: 'C', TZ: 'UTC', PATH: '/bin:/usr/bin' },
    });
    // `lstart` is five words, e.g. `Mon Mar  2 08:00:00 2026`.
    const match = /^\s*(\d+)\s+(\S+)\s+((?:\S+\s+){4}\S+)\s+(.*)$/.exec(stdout.trimEnd());
    if (match === null) return undefined;
    const [, uid, state = '', started = '', args = ''] = match;
    if (state.startsWith('Z')) return undefined;
    return { pid, startToken: started.replaceAll(/\s+/g, ' '), uid: Number(uid), command: args.split(' ') };
  } catch {
    return undefined;
  }
}

/** True while this very process runs, not another that got its number. */
export async function isStillRunning(identity: Pick<ProcessIdentity, 'pid' | 'startToken'>): Promise<boolean> {
  const now = await identifyProcess(identity.pid);
  return now !== undefined && now.startToken === identity.startToken;
}
