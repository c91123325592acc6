import type { EventRecord } from '#signals/record.ts';
import { decodePayload } from './payload.ts';
import type { PlanRegisters } from './plan-registers.ts';
import type { AdmittedSamples } from './samples/admit.ts';
import { decodeSamples } from './samples/block-samples.ts';
import type { Block } from './spool/block.ts';

/** What was just taken in and need not be read again, by the payload that holds it. */
export interface LiveBlocks {
  readonly registers: PlanRegisters;
  readonly live: WeakMap<Uint8Array, readonly EventRecord[]>;
  readonly liveSamples: WeakMap<Uint8Array, AdmittedSamples>;
}

/** What the windows take in of a block: its records, and those that its points make. */
export function recordsOfBlock(
  { registers, live, liveSamples }: LiveBlocks,
  { meta, payload }: Block,
): readonly EventRecord[] {
  const records = live.get(payload) ?? decodePayload(payload);
  const taken = liveSamples.get(payload);
  if (taken !== undefined) return concat(records, registers.of(meta.plan).feed.recordsOf(taken));
  const stored = decodeSamples(payload);
  if (stored === undefined) return records;
  return concat(records, registers.of(meta.plan).feed.replay(stored, meta.receivedAt));
}

function concat(records: readonly EventRecord[], more: readonly EventRecord[]): readonly EventRecord[] {
  if (more.length === 0) return records;
  return records.length === 0 ? more : [...records, ...more];
}
