import { constants } from 'node:fs';
import { type FileHandle, mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { AppendFile, Disk } from '#kernel/ports.ts';

/** The files under a folder of the real file system. Everything is readable by its owner only. */
export function createNodeDisk(root: string): Disk {
  async function makeFolder(folder: string): Promise<void> {
    const first = await mkdir(folder, { recursive: true, mode: 0o700 });
    if (first !== undefined) await syncFolder(dirname(first));
  }

  return {
    async openAppend(path, options) {
      const whole = join(root, path);
      await makeFolder(dirname(whole));
      const file = await open(whole, constants.O_WRONLY | constants.O_CREAT | constants.O_APPEND, 0o600);
      try {
        if (options?.truncateTo !== undefined) {
          await file.truncate(options.truncateTo);
          await file.datasync();
        }
        // The name of a new file survives a power loss only once its folder is synced.
        await syncFolder(dirname(whole));
      } catch (error) {
        await file.close();
        throw error;
      }
      return appendFile(file);
    },
    async read(path) {
      try {
        return await readFile(join(root, path));
      } catch (error) {
        if (isAbsent(error)) return undefined;
        throw error;
      }
    },
    async replace(path, bytes) {
      const whole = join(root, path);
      await makeFolder(dirname(whole));
      const beside = `${whole}.new`;
      const file = await open(beside, 'w', 0o600);
      try {
        await file.writeFile(bytes);
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(beside, whole);
      await syncFolder(dirname(whole));
    },
    async remove(path) {
      await rm(join(root, path), { force: true });
    },
    async list(folder) {
      try {
        return (await readdir(join(root, folder))).sort();
      } catch (error) {
        if (isAbsent(error)) return [];
        throw error;
      }
    },
  };
}

function appendFile(file: FileHandle): AppendFile {
  return {
    async append(bytes) {
      let offset = 0;
      while (offset < bytes.length) {
        const { bytesWritten } = await file.write(bytes, offset, bytes.length - offset);
        offset += bytesWritten;
      }
    },
    sync: () => file.datasync(),
    close: () => file.close(),
  };
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function isAbsent(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR');
}
