import type { Disk } from '#kernel/ports.ts';
import { type Block, salvageBlocks, scanBlocks } from './block.ts';
import { salvageFile } from './salvage.ts';
import { keptPath, parseSegmentName, type Segment, segmentPath } from './segment.ts';

/** Called for each file of the spool, oldest first. In a kept segment the payloads are lists of event ids. */
export type RecoverSegment = (segment: Segment, blocks: readonly Block[]) => void;

/**
 * Reads what an earlier run left. Torn tails are cut, and what is found is synced before anybody relies on it: after a kill
 * it may be in the page cache only. Only the youngest segment can be torn, and only at its end: anything else is damage.
 */
export async function recoverSegments(
  disk: Disk,
  folder: string,
  log: (message: string) => void,
  recover: RecoverSegment,
): Promise<readonly Segment[]> {
  const names = await disk.list(folder);
  const youngest = names.findLast((name) => name.endsWith('.seg'));
  const whole = new Set(names.filter((name) => name.endsWith('.seg')).map((name) => parseSegmentName(name)?.id));
  const segments: Segment[] = [];
  for (const name of names) {
    const parsed = parseSegmentName(name);
    if (parsed === undefined) {
      // A replacement that did not come to its renaming.
      if (name.endsWith('.new')) await disk.remove(`${folder}/${name}`);
      continue;
    }
    const { id, kept } = parsed;
    const path = kept ? keptPath(folder, id) : segmentPath(folder, id);
    if (kept && whole.has(id)) {
      // The last run ended between writing this file and removing the segment: the segment still says all of it.
      await disk.remove(path);
      continue;
    }
    const bytes = (await disk.read(path)) ?? new Uint8Array();
    const scanned = scanBlocks(bytes);
    const isDamaged =
      scanned.validBytes < bytes.length && (name !== youngest || salvageBlocks(bytes).length > scanned.blocks.length);
    const salvaged = isDamaged ? await salvageFile(disk, path, bytes, log) : undefined;
    const { blocks } = salvaged ?? scanned;
    const validBytes = salvaged?.bytes ?? scanned.validBytes;
    const first = blocks[0];
    const last = blocks.at(-1);
    if (first === undefined || last === undefined) {
      if (salvaged === undefined) await disk.remove(path);
      continue;
    }
    // There may be tens of thousands after a long absence of the store, and nothing is taken in meanwhile: the others were synced when
    // they were sealed.
    if (name === youngest && salvaged === undefined) {
      const file = await disk.openAppend(path, validBytes < bytes.length ? { truncateTo: validBytes } : {});
      await file.sync();
      await file.close();
    }
    const segment: Segment = {
      id,
      bytes: validBytes,
      firstSequence: first.meta.sequence,
      lastSequence: last.meta.sequence,
      firstReceivedAt: first.meta.receivedAt,
      lastReceivedAt: last.meta.receivedAt,
      kept,
    };
    segments.push(segment);
    recover(segment, blocks);
  }
  return segments;
}
