import { createHash } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A short text that is made once and lasts as long as the data folder, readable by its owner alone. */
export async function keepText(dataFolder: string, name: string, make: () => string): Promise<string> {
  const path = join(dataFolder, name);
  const kept = await readFile(path, 'utf8').catch(() => '');
  if (kept.trim() !== '') return kept.trim();
  const made = make();
  await writeFile(path, `${made}\n`, { mode: 0o600 });
  return made;
}

/** A unix socket's path may have 107 bytes; more than this leaves no room for its name. */
const SOCKET_PATH_BYTES = 100;

/** Where core and intake meet. A deep data folder gets its socket in a folder that only its owner can open. */
export async function linkPathFor(dataFolder: string): Promise<string> {
  const path = join(dataFolder, 'core.sock');
  if (Buffer.byteLength(path) <= SOCKET_PATH_BYTES) return path;
  const folder = join(tmpdir(), `watchbill-${createHash('sha256').update(dataFolder).digest('hex').slice(0, 16)}`);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  return join(folder, 'core.sock');
}
