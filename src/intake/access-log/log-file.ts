import { hash } from 'node:crypto';
import type { Stats } from 'node:fs';
import { type FileHandle, open, readdir, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Place } from './place.ts';

const HEAD_BYTES = 256;
const ROTATED_SUFFIX = /^[.-]\d[\d.-]*$/;

/** An open log: it stays the same file when it is renamed. */
export interface LogFile {
  readonly path: string;
  readonly inode: number;
  size(): Promise<number>;
  /** At most `length` bytes from `offset`; fewer at the end. */
  read(offset: number, length: number): Promise<Buffer>;
  close(): Promise<void>;
}

/** Undefined when there is no such file. */
export async function openLog(path: string): Promise<LogFile | undefined> {
  let handle: FileHandle;
  try {
    handle = await open(path, 'r');
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
  const { ino } = await handle.stat();
  return {
    path,
    inode: ino,
    size: async () => (await handle.stat()).size,
    async read(offset, length) {
      const buffer = Buffer.allocUnsafe(length);
      let filled = 0;
      while (filled < length) {
        const { bytesRead } = await handle.read(buffer, filled, length - filled, offset + filled);
        if (bytesRead === 0) break;
        filled += bytesRead;
      }
      return buffer.subarray(0, filled);
    },
    close: () => handle.close(),
  };
}

/** The inode that the path leads to now; undefined when it leads nowhere. */
export async function inodeAt(path: string): Promise<number | undefined> {
  return (await statAt(path))?.ino;
}

async function statAt(path: string): Promise<Stats | undefined> {
  try {
    return await stat(path);
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
}

/** The hash of the first bytes, as many as are before `offset`. */
export async function headOf(log: LogFile, offset: number): Promise<Place['head']> {
  const head = await log.read(0, Math.min(HEAD_BYTES, offset));
  return { bytes: head.length, hash: hash('sha256', head, 'hex') };
}

/**
 * The head once `bytes`, read at the place's offset, belong to what was read. Undefined when the file has been cut since the place was
 * taken: then its beginning is not what the place or the bytes say.
 */
export async function headAfter(log: LogFile, place: Place, bytes: Buffer): Promise<Place['head'] | undefined> {
  const head = await log.read(0, Math.min(HEAD_BYTES, place.offset + bytes.length));
  const before = head.subarray(0, place.head.bytes);
  const own = head.subarray(place.offset);
  if (hash('sha256', before, 'hex') !== place.head.hash) return undefined;
  if (!own.equals(bytes.subarray(0, own.length))) return undefined;
  return { bytes: head.length, hash: hash('sha256', head, 'hex') };
}

/** Whether the file is still what the place was taken in: not shorter, and with the same beginning. */
export async function isContinued(log: LogFile, place: Place): Promise<boolean> {
  if ((await log.size()) < Math.max(place.offset, place.sendingTo ?? 0)) return false;
  const head = await log.read(0, place.head.bytes);
  return hash('sha256', head, 'hex') === place.head.hash;
}

/**
 * The rotated files that still have something for us, oldest first: the one that the place is in, and those that were
 * rotated after it. Packed files are not read.
 */
export async function rotatedSince(path: string, place: Place): Promise<readonly string[]> {
  const folder = dirname(path);
  const name = basename(path);
  const files: {
    readonly path: string;
    readonly inode: number;
    readonly modifiedMs: number;
    readonly order: number;
  }[] = [];
  for (const entry of await readdir(folder)) {
    const suffix = entry.slice(name.length);
    if (!entry.startsWith(name) || !ROTATED_SUFFIX.test(suffix)) continue;
    const found = await statAt(join(folder, entry));
    // It may have been renamed or packed since the folder was read.
    if (found === undefined) continue;
    files.push({ path: join(folder, entry), inode: found.ino, modifiedMs: found.mtimeMs, order: orderOf(suffix) });
  }
  // File systems keep times to a few milliseconds only, so names decide between equal ones.
  files.sort((left, right) => left.modifiedMs - right.modifiedMs || left.order - right.order);
  const own = files.findIndex((file) => file.inode === place.inode);
  return own < 0 ? [] : files.slice(own).map((file) => file.path);
}

/** Numbers count backwards in time (`.2` is older than `.1`), dates forwards. */
function orderOf(suffix: string): number {
  const number = Number(suffix.replaceAll(/\D/g, ''));
  return number < 10_000 ? -number : number;
}

function isAbsent(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
