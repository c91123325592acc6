import type { ErrorCode } from '#kernel/error-codes.ts';
import type { Instant } from '#kernel/instant.ts';
import { limits } from '#kernel/limits.ts';
import type { EventRecord } from '#signals/record.ts';
import type { SampleBatch } from './samples/batch.ts';
import type { SeenVersion } from './versions.ts';

/** What all decoders have in common: what they are given, what they give, and the rules that hold for every record. */
export type FieldType = 'string' | 'number' | 'boolean';

export interface DecodeContext {
  /** When the request was received; the time of records without one. */
  readonly receivedAt: Instant;
  /** Types that the plan's fields have already; new ones are in the answer. */
  readonly fieldTypes: ReadonlyMap<string, FieldType>;
  /** Makes an id for a record that has none. */
  readonly makeId: () => string;
}

/** Why one record is not taken; the others of its request are. */
export interface RecordRefusal {
  readonly code: ErrorCode;
  readonly message: string;
}

/** What was left out of records that were taken otherwise, e.g. an attribute of another type than its field. */
export interface Trimmed {
  readonly code: ErrorCode;
  readonly count: number;
  /** One of them, for people. */
  readonly message: string;
}

export interface Decoded {
  readonly records: readonly EventRecord[];
  /** For each record whether its sender gave the id. */
  readonly ownIds: readonly boolean[];
  readonly rejected: readonly (RecordRefusal & { readonly index: number })[];
  readonly trimmed?: readonly Trimmed[];
  /** Numeric points beside the records, in time order within each series; each is judged by itself when the batch is taken. */
  readonly samples?: SampleBatch;
  readonly newFields: ReadonlyMap<string, FieldType>;
  /** Which versions the senders say that their services are; a new one becomes an event `deployment`. */
  readonly versions?: readonly SeenVersion[];
  /** Every record carries an id or a time of its own, so the same body again is the same request again. */
  readonly recognisable: boolean;
}

const ENCODED_BYTES_PER_CHARACTER = 3;

const AHEAD = ' ms ahead of our clock.';

/** How far ahead the time of a record was that `checkTime` refused for that. */
export function aheadMsOf({ code, message }: RecordRefusal): number | undefined {
  if (code !== 'time-in-future' || !message.endsWith(AHEAD)) return undefined;
  const ms = Number(message.slice(message.indexOf(' '), -AHEAD.length));
  return Number.isFinite(ms) ? ms : undefined;
}

/** Whether an event of this time is still, or already, taken. */
export function checkTime(instant: Instant, receivedAt: Instant): RecordRefusal | undefined {
  if (instant > receivedAt + limits.futureMs) {
    return { code: 'time-in-future', message: `time: ${instant - receivedAt}${AHEAD}` };
  }
  if (instant < receivedAt - limits.oldestMs) {
    return { code: 'time-too-old', message: 'time: more than 7 days ago.' };
  }
  return undefined;
}

/** A field's name in an answer: short enough to be sent back. */
export function shownField(field: string): string {
  return field.length <= 80 ? field : `${field.slice(0, 80)}…`;
}

/** Whether the text takes more than this many bytes in UTF-8; exact, and cheap for what is clearly short. */
export function exceedsBytes(text: string, bytes: number): boolean {
  if (text.length * ENCODED_BYTES_PER_CHARACTER <= bytes) return false;
  if (text.length > bytes) return true;
  let size = 0;
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    size += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
  }
  return size > bytes;
}

/**
 * An object that inherits nothing, so that an attribute may have any name and reading an absent one finds nothing. Made by
 * a constructor and not by `Object.create(null)`, because the engine keeps these fast.
 */
const Bare = function Bare() {} as unknown as new () => Record<string, string | number | boolean>;
Bare.prototype = Object.create(null);

/** An empty attribute map that inherits nothing. */
export function bareAttributes(): Record<string, string | number | boolean> {
  return new Bare();
}
