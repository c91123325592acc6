import type { Disk } from '#kernel/ports.ts';
import { type Block, encodeBlock, salvageBlocks } from './block.ts';
import { damagedPath } from './segment.ts';

/**
 * Puts a damaged file of the spool aside for a person and what is sound of it in its place; the file is removed when nothing is.
 * The order lets a crash in between begin again from the same bytes.
 */
export async function salvageFile(
  disk: Disk,
  path: string,
  bytes: Uint8Array,
  log: (message: string) => void,
): Promise<{ readonly blocks: readonly Block[]; readonly bytes: number }> {
  const blocks = salvageBlocks(bytes);
  const sound = Buffer.concat(blocks.map(({ meta, payload }) => encodeBlock(meta, payload)));
  await disk.replace(damagedPath(path), bytes);
  if (blocks.length === 0) await disk.remove(path);
  else await disk.replace(path, sound);
  log(
    `${path} is damaged: ${blocks.length} blocks are sound, ${bytes.length - sound.length} bytes are lost. It is kept as ${damagedPath(path)}.`,
  );
  return { blocks, bytes: sound.length };
}
