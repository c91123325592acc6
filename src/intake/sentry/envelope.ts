import type { Failure } from '#kernel/error-codes.ts';
import { limits } from '#kernel/limits.ts';
import { fail, ok, type Result } from '#kernel/result.ts';
import { inspectJson, jsonProblem } from '../json-guard.ts';
import { fieldOf, numberOf, textIn } from './fields.ts';

/** Bytes as text; undefined for what is no UTF-8. */
export type ReadText = (bytes: Uint8Array) => string | undefined;

/** One item as it stands in an envelope; its payload is not looked at yet. */
export interface EnvelopeItem {
  readonly type: string;
  readonly payload: Uint8Array;
}

export interface Envelope {
  /** `event_id`, `sent_at`, `dsn`, `sdk`: what the sender says of the whole. */
  readonly header: unknown;
  readonly items: readonly EnvelopeItem[];
}

const NEWLINE = 0x0a;

/**
 * Takes an envelope apart: a line of JSON about the whole, then for each item a line about it and its payload, which is as long as that line
 * says, or ends with its line. https://develop.sentry.dev/sdk/data-model/envelopes/
 */
export function readEnvelope(body: Uint8Array, readText: ReadText): Result<Envelope, Failure> {
  const headerEnd = endOfLine(body, 0);
  const header = readLine(body.subarray(0, headerEnd), 'The first line', readText);
  if (!header.ok) return header;
  const items: EnvelopeItem[] = [];
  let at = headerEnd + 1;
  for (;;) {
    while (body[at] === NEWLINE) at += 1;
    if (at >= body.length) return ok({ header: header.value, items });
    const name = `Item ${items.length + 1}`;
    if (items.length >= limits.envelopeItems) {
      return malformed(`The envelope has more than ${limits.envelopeItems} items.`);
    }
    const lineEnd = endOfLine(body, at);
    const about = readLine(body.subarray(at, lineEnd), `${name}: its header`, readText);
    if (!about.ok) return about;
    const type = textIn(about.value, 'type');
    if (type === undefined) return malformed(`${name}: its header names no type.`);
    const start = Math.min(lineEnd + 1, body.length);
    const end = endOfPayload(body, start, fieldOf(about.value, 'length'));
    if (end === undefined) return malformed(`${name}: its payload does not end where its length says.`);
    items.push({ type, payload: body.subarray(start, end) });
    at = end;
  }
}

function endOfLine(body: Uint8Array, from: number): number {
  const end = body.indexOf(NEWLINE, from);
  return end < 0 ? body.length : end;
}

/** Where a payload ends; undefined when what was announced is not there. */
function endOfPayload(body: Uint8Array, start: number, announced: unknown): number | undefined {
  if (announced === undefined || announced === null) return endOfLine(body, start);
  const length = numberOf(announced);
  if (length === undefined || !Number.isSafeInteger(length) || length < 0) return undefined;
  const end = start + length;
  return end <= body.length && (end === body.length || body[end] === NEWLINE) ? end : undefined;
}

function readLine(bytes: Uint8Array, name: string, readText: ReadText): Result<unknown, Failure> {
  const value = readJson(bytes, name, readText);
  if (value.ok && (typeof value.value !== 'object' || value.value === null || Array.isArray(value.value))) {
    return malformed(`${name} is no JSON object.`);
  }
  return value;
}

/** JSON of limited depth and size. The failure says what it is of, and never what stands in it. */
export function readJson(bytes: Uint8Array, name: string, readText: ReadText): Result<unknown, Failure> {
  const text = readText(bytes);
  if (text === undefined) return malformed(`${name} is not valid UTF-8.`);
  const problem = inspectJson(text, limits.envelopeItemKeys);
  if (problem !== undefined) return malformed(`${name}: ${problem.message}`);
  try {
    return ok(JSON.parse(text));
  } catch (error) {
    return malformed(`${name}: ${jsonProblem(error)}`);
  }
}

function malformed(message: string): Result<never, Failure> {
  return fail({ code: 'malformed-body', message });
}
