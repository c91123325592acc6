import type { Instant } from '#kernel/instant.ts';
import { limits } from '#kernel/limits.ts';
import type { EventRecord } from '#signals/record.ts';
import type { FieldType } from './decoding.ts';
import type { EventIds } from './event-ids.ts';
import { fixesTypes } from './own-events.ts';
import { decodePayload, decodePayloadIds, eachKeptId } from './payload.ts';
import type { PlanRegisters } from './plan-registers.ts';
import type { RequestTokens } from './request-tokens.ts';
import type { Block } from './spool/block.ts';
import type { Segment } from './spool/segment.ts';

/** What a restart fills from the spool. */
export interface Memory {
  readonly tokens: RequestTokens;
  readonly eventIds: EventIds;
  readonly registers: PlanRegisters;
  readonly live: WeakMap<Uint8Array, readonly EventRecord[]>;
}

/** Remembers the requests and facts of a segment, and gives its blocks after `position`: those that the windows lack. */
export function recallSegment(
  memory: Memory,
  segment: Segment,
  blocks: readonly Block[],
  now: Instant,
  position: number,
): readonly Block[] {
  for (const block of blocks) {
    const { plan, factsUpTo, receivedAt } = block.meta;
    const register = memory.registers.of(plan);
    if (factsUpTo !== undefined) register.factsUpTo = Math.max(register.factsUpTo, factsUpTo);
    if (receivedAt + limits.idempotencyMs >= now) recognise(memory, block, segment.kept);
  }
  return segment.kept ? [] : blocks.filter((block) => block.meta.sequence > position);
}

/** Learns the fields' types, the services' versions and the check-ins of jobs that a block's records brought when it was accepted. */
export function learnBlock(memory: Memory, block: Block): void {
  const records = decodePayload(block.payload);
  memory.live.set(block.payload, records);
  const { fieldTypes, versions, heartbeats, looks, heardRuns } = memory.registers.of(block.meta.plan);
  noteBegun(memory.registers, block);
  looks.noteAll(records);
  heardRuns.note(heardRuns.find(records), block.meta.receivedAt);
  for (const record of records) {
    const { attributes } = record;
    heartbeats.note(record);
    // Facts are blocks of their own.
    const isSent = block.meta.factsUpTo === undefined && fixesTypes(record);
    for (const field in attributes) {
      if (isSent && !fieldTypes.has(field)) fieldTypes.set(field, typeof attributes[field] as FieldType);
    }
    const { service, version, environment } = attributes;
    if (typeof service !== 'string' || typeof version !== 'string') continue;
    versions.learn(
      { service, version, ...(typeof environment === 'string' && { environment }) },
      block.meta.receivedAt,
    );
  }
}

/** Notes the look that a block says was begun, so that no prober sends again what it sends. */
export function noteBegun(registers: PlanRegisters, { meta }: Block): void {
  if (meta.begun !== undefined) registers.of(meta.plan).looks.note({ ...meta.begun, outcome: 'unmeasured' });
}

/** Consecutive blocks that were written together. */
export function* batchesOf(blocks: readonly Block[]): Generator<readonly Block[]> {
  let start = 0;
  for (let index = 1; index <= blocks.length; index += 1) {
    if (index < blocks.length && blocks[index]?.meta.batch === blocks[start]?.meta.batch) continue;
    yield blocks.slice(start, index);
    start = index;
  }
}

/** Remembers a request of an earlier run, and the ids that came with it. */
function recognise(memory: Memory, block: Block, kept: boolean): void {
  const { plan, token, bodyHash, receivedAt, accepted, duplicates, rejected, refusedPoints, leftOut, hasEventIds } =
    block.meta;
  if (token !== undefined && bodyHash !== undefined) {
    memory.tokens.remember(plan, token, bodyHash, receivedAt, {
      accepted,
      duplicates,
      rejected,
      ...(refusedPoints && { refusedPoints }),
      ...(leftOut && { leftOut }),
    });
  }
  if (!hasEventIds) return;
  if (kept) eachKeptId(memory.eventIds, plan, block.payload, (hash) => memory.eventIds.addHash(hash, receivedAt));
  else for (const id of decodePayloadIds(block.payload)) memory.eventIds.add(plan, id, receivedAt);
}
