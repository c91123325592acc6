import type { DurationMs, Instant } from '#kernel/instant.ts';
import type { EventIds } from './event-ids.ts';
import type { Loader } from './loader.ts';
import { decodePayloadIds, encodeIds } from './payload.ts';
import { encodeBlock } from './spool/block.ts';
import type { Segment } from './spool/segment.ts';
import type { Spool } from './spool/spool.ts';

/**
 * Frees the spool. A segment that the store has and that no restart needs for its windows is cut down to what recognises
 * repetitions; after the window of idempotency that goes too.
 */
export async function sweepSpool(options: {
  readonly spool: Spool;
  readonly loader: Loader;
  /** Blocks up to here are in the last two snapshots. */
  readonly safePosition: number;
  readonly now: Instant;
  readonly idempotencyMs: DurationMs;
  /** How ids are hashed. */
  readonly eventIds: Pick<EventIds, 'hash'>;
}): Promise<void> {
  const { spool, loader, safePosition, now, idempotencyMs, eventIds } = options;
  for (const segment of [...spool.segments]) {
    if (!loader.isLoaded(segment) || segment.lastSequence > safePosition) continue;
    if (segment.lastReceivedAt + idempotencyMs < now) await spool.remove(segment);
    else if (!segment.kept) await spool.keep(segment, await recognitionOf(spool, segment, eventIds));
  }
  await spool.lookForDamaged();
}

async function recognitionOf(spool: Spool, segment: Segment, eventIds: Pick<EventIds, 'hash'>): Promise<Uint8Array> {
  const blocks = await spool.read(segment);
  return Buffer.concat(
    blocks.map(({ meta, payload }) =>
      encodeBlock(meta, encodeIds(eventIds, meta.plan, meta.hasEventIds ? decodePayloadIds(payload) : [])),
    ),
  );
}
