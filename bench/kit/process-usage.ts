import { readdirSync, readFileSync } from 'node:fs';
import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';

/** Throws for a process that could not be started. */
export function pidOf({ pid }: { readonly pid?: number | undefined }): number {
  if (pid === undefined) throw new Error('The process was not started.');
  return pid;
}

/** What processes have used of the processors so far, in ms; the kernel counts in hundredths of a second. One that has ended counts nothing. */
export function cpuMsOf(pids: readonly number[]): number {
  return pids.reduce((sum, pid) => sum + cpuMsIn(readProcess(pid, 'stat')), 0);
}

/** Of one process, in ms: its first thread, and all others. */
export interface ThreadsUsage {
  readonly main: number;
  readonly rest: number;
}

/** What a process has used of the processors so far, its first thread apart. */
export function threadsUsageOf(pid: number): ThreadsUsage {
  const main = cpuMsIn(readProcess(pid, `task/${pid}/stat`));
  const all = readdirSync(`/proc/${pid}/task`).reduce(
    (sum, id) => sum + cpuMsIn(readProcess(pid, `task/${id}/stat`)),
    0,
  );
  return { main, rest: all - main };
}

export function usedSince(before: ThreadsUsage, pid: number): ThreadsUsage {
  const now = threadsUsageOf(pid);
  return { main: now.main - before.main, rest: now.rest - before.rest };
}

function cpuMsIn(stat: string): number {
  // The command's name stands in parentheses and may hold anything; what follows the last one is fixed.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return 10 * (Number(fields[11] ?? 0) + Number(fields[12] ?? 0));
}

/** The most memory that each process ever held, added up, in MiB. */
export function peakMiBOf(pids: readonly number[]): number {
  const kib = pids.map((pid) => Number(/VmHWM:\s+(\d+)/.exec(readProcess(pid, 'status'))?.[1] ?? 0));
  return Math.round(kib.reduce((sum, value) => sum + value, 0) / 1_024);
}

/** A process and all below it. */
export function withDescendants(pid: number): readonly number[] {
  const parents = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => {
      const stat = readProcess(Number(name), 'stat');
      return { pid: Number(name), parent: Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]) };
    });
  const found = [pid];
  for (const one of found) found.push(...parents.filter(({ parent }) => parent === one).map((child) => child.pid));
  return found;
}

/** Bytes that a folder's files take on the disk. */
export async function folderBytes(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true }).catch(() => []);
  let sum = 0;
  for (const entry of entries) {
    const file = await lstat(join(folder, entry)).catch(() => undefined);
    if (file?.isFile()) sum += file.blocks * 512;
  }
  return sum;
}

function readProcess(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return '';
  }
}
