import type { Reader } from 'protobufjs/minimal.js';

/** A power of two: a name's place is the end of its hash. */
const PLACES = 4_096;
const LONGEST = 64;
const known: string[] = new Array<string>(PLACES).fill('');

/**
 * Reads a text that has most likely been read before, as names of attributes have, and gives the same string again: nothing is made, and whoever
 * looks it up need not hash it again. A name at the place of another takes it; so they are bounded.
 */
export function readName(reader: Reader): string {
  const start = reader.pos;
  const size = reader.uint32();
  const from = reader.pos;
  const end = from + size;
  if (size > LONGEST || end > reader.len) {
    reader.pos = start;
    return reader.string();
  }
  const { buf } = reader;
  // FNV-1a, 32 bits.
  let hash = 0x811c9dc5;
  for (let index = from; index < end; index += 1) hash = Math.imul(hash ^ (buf[index] as number), 0x01000193);
  const place = (hash ^ (hash >>> 16)) & (PLACES - 1);
  const candidate = known[place] as string;
  if (candidate.length === size && equals(candidate, buf, from)) {
    reader.pos = end;
    return candidate;
  }
  reader.pos = start;
  const text = reader.string();
  // Only what is ASCII has as many characters as bytes, and can be compared with them.
  if (text.length === size) known[place] = text;
  return text;
}

function equals(text: string, bytes: Uint8Array, from: number): boolean {
  for (let index = 0; index < text.length; index += 1) {
    if (text.charCodeAt(index) !== bytes[from + index]) return false;
  }
  return true;
}
