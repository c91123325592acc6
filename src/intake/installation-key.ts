import { createHmac } from 'node:crypto';
import type { Disk, Random } from '#kernel/ports.ts';

const KEY_BYTES = 32;

/** A secret of this data folder, made when it is first asked for; `path` is beside the spool. */
export async function loadInstallationKey(disk: Disk, random: Random, path: string): Promise<Uint8Array> {
  const known = await disk.read(path);
  if (known !== undefined && known.length >= KEY_BYTES) return known;
  const made = random.bytes(KEY_BYTES);
  await disk.replace(path, made);
  return made;
}

/** What a plan's ids of events are hashed with, as `keyedHash64Into` takes it: other plans and other installations have others. */
export function eventIdKey(secret: Uint8Array, plan: string): Uint32Array {
  const bytes = createHmac('sha256', secret).update(`event ids\n${plan}`).digest();
  return Uint32Array.of(bytes.readUInt32LE(0), bytes.readUInt32LE(4));
}
