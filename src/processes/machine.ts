import { readdir, readFile, statfs } from 'node:fs/promises';
import type { MachineHealth } from '#http/health/services.ts';
import type { DurationMs } from '#kernel/instant.ts';
import type { ProcessReport } from './process-board.ts';

const KIBIBYTE = 1_024;

export interface MachineOptions {
  readonly dataFolder: string;
  /** As the supervisor told last. */
  readonly reports: () => readonly ProcessReport[];
  /** Of this process; undefined while it is not known. */
  readonly eventLoopDelayMs: () => DurationMs | undefined;
}

/** What the machine says of our processes and of its disk. What a system does not tell is left out. */
export function readMachine(options: MachineOptions): MachineHealth {
  return {
    eventLoopDelayMs: options.eventLoopDelayMs,
    processes: () =>
      Promise.all(
        options.reports().map(async ({ pid, ...report }) => {
          const memoryBytes = pid === undefined ? undefined : await memoryOf(pid, report.name === 'PostgreSQL');
          return { ...report, ...(memoryBytes === undefined ? {} : { memoryBytes }) };
        }),
      ),
    async disk() {
      const { bavail, blocks, bsize } = await statfs(options.dataFolder);
      return { freeBytes: bavail * bsize, totalBytes: blocks * bsize };
    },
  };
}

/** PostgreSQL is a family of processes: its memory is that of all of them. */
async function memoryOf(pid: number, withChildren: boolean): Promise<number | undefined> {
  const own = await memoryOfOne(pid);
  if (own === undefined || !withChildren) return own;
  const children = await childrenOf(pid);
  const sizes = await Promise.all(children.map(memoryOfOne));
  return sizes.reduce<number>((sum, size) => sum + (size ?? 0), own);
}

/** The proportional share, which counts shared memory once; of a process of another user the system tells only what is resident. */
async function memoryOfOne(pid: number): Promise<number | undefined> {
  const rollUp = await readFile(`/proc/${pid}/smaps_rollup`, 'utf8').catch(() => '');
  const share = /^Pss:\s+(\d+) kB$/m.exec(rollUp)?.[1];
  if (share !== undefined) return Number(share) * KIBIBYTE;
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  const resident = /^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1];
  return resident === undefined ? undefined : Number(resident) * KIBIBYTE;
}

async function childrenOf(pid: number): Promise<readonly number[]> {
  const tasks = await readdir(`/proc/${pid}/task`).catch(() => []);
  const lists = await Promise.all(
    tasks.map((task) => readFile(`/proc/${pid}/task/${task}/children`, 'utf8').catch(() => '')),
  );
  return lists.flatMap((list) =>
    list
      .split(' ')
      .filter((text) => text !== '')
      .map(Number),
  );
}
