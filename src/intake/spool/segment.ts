import type { Instant } from '#kernel/instant.ts';
import type { Random } from '#kernel/ports.ts';

/** One file of the spool that nothing is added to any more. */
export interface Segment {
  /** Also the token by which the telemetry store recognises it: never used twice, even when a data folder is started anew. */
  readonly id: string;
  readonly bytes: number;
  readonly firstSequence: number;
  readonly lastSequence: number;
  readonly firstReceivedAt: Instant;
  readonly lastReceivedAt: Instant;
  /** True once only what recognises repetitions is left of it. */
  readonly kept: boolean;
}

const DAMAGED_ENDING = '.damaged';
const NAME = /^(\d{12}-[0-9a-f]{16})\.(seg|kept)$/;

export function segmentId(number: number, random: Random): string {
  return `${String(number).padStart(12, '0')}-${Buffer.from(random.bytes(8)).toString('hex')}`;
}

export function segmentNumber(id: string): number {
  return Number(id.slice(0, 12));
}

export function segmentPath(folder: string, id: string): string {
  return `${folder}/${id}.seg`;
}

export function keptPath(folder: string, id: string): string {
  return `${folder}/${id}.kept`;
}

/** Undefined for files that are none of the spool's. */
export function parseSegmentName(name: string): { readonly id: string; readonly kept: boolean } | undefined {
  const match = NAME.exec(name);
  if (match?.[1] === undefined) return undefined;
  return { id: match[1], kept: match[2] === 'kept' };
}

/** A file of the spool that was damaged, kept for a person. */
export function damagedPath(path: string): string {
  return `${path}${DAMAGED_ENDING}`;
}

export function isDamagedName(name: string): boolean {
  return name.endsWith(DAMAGED_ENDING);
}
