/**
 * A 64-bit hash of text, as two 32-bit halves: MurmurHash3 (32 bits, seed 0) above xxHash32 (seed 0), both over the UTF-8
 * bytes. Both halves are functions of ClickHouse (`murmurHash3_32`, `xxHash32`), so SQL can compute the same hash, and
 * neither needs 64-bit multiplication, which JavaScript has only as slow BigInt.
 */

let bytes = new Uint8Array(1_024);

/**
 * The upper 53 bits of the 64-bit hash as an exact number: MurmurHash3 times 2^21 plus the upper 21 bits of xxHash32.
 * Fit as key of a Map: with a million texts the chance of any collision is 1 in 18,000.
 */
export function hash53(text: string): number {
  const length = encode(text);
  return murmurHash3(length) * 2_097_152 + (xxHash32(length) >>> 11);
}

/** The whole hash as two numbers of 32 bits. */
export function hash64(text: string): { readonly high: number; readonly low: number } {
  const length = encode(text);
  return { high: murmurHash3(length), low: xxHash32(length) };
}

/** The whole hash as 16 hexadecimal digits. */
export function hash64Hex(text: string): string {
  const length = encode(text);
  return murmurHash3(length).toString(16).padStart(8, '0') + xxHash32(length).toString(16).padStart(8, '0');
}

/** Writes the UTF-8 form into the shared buffer; a lone surrogate becomes U+FFFD, as encoders do. Returns its length. */
function encode(text: string): number {
  if (text.length * 3 > bytes.length) bytes = new Uint8Array(text.length * 6);
  let length = 0;
  for (let index = 0; index < text.length; index++) {
    let code = text.charCodeAt(index);
    if (code < 0x80) {
      bytes[length++] = code;
      continue;
    }
    if (code >= 0xd800 && code <= 0xdfff) {
      const next = text.charCodeAt(index + 1);
      if (code <= 0xdbff && next >= 0xdc00 && next <= 0xdfff) {
        code = 0x10000 + ((code - 0xd800) << 10) + (next - 0xdc00);
        index++;
      } else {
        code = 0xfffd;
      }
    }
    if (code < 0x800) {
      bytes[length++] = 0xc0 | (code >> 6);
    } else if (code < 0x10000) {
      bytes[length++] = 0xe0 | (code >> 12);
      bytes[length++] = 0x80 | ((code >> 6) & 0x3f);
    } else {
      bytes[length++] = 0xf0 | (code >> 18);
      bytes[length++] = 0x80 | ((code >> 12) & 0x3f);
      bytes[length++] = 0x80 | ((code >> 6) & 0x3f);
    }
    bytes[length++] = 0x80 | (code & 0x3f);
  }
  return length;
}

function byteAt(index: number): number {
  return bytes[index] as number;
}

function wordAt(index: number): number {
  return byteAt(index) | (byteAt(index + 1) << 8) | (byteAt(index + 2) << 16) | (byteAt(index + 3) << 24);
}

function rotate(value: number, by: number): number {
  return (value << by) | (value >>> (32 - by));
}

/** Austin Appleby's MurmurHash3_x86_32. */
function murmurHash3(length: number): number {
  let hash = 0;
  const blocks = length & ~3;
  for (let index = 0; index < blocks; index += 4) {
    hash ^= Math.imul(rotate(Math.imul(wordAt(index), 0xcc9e2d51), 15), 0x1b873593);
    hash = (Math.imul(rotate(hash, 13), 5) + 0xe6546b64) | 0;
  }
  let tail = 0;
  for (let index = length - 1; index >= blocks; index--) tail = (tail << 8) | byteAt(index);
  if (length > blocks) hash ^= Math.imul(rotate(Math.imul(tail, 0xcc9e2d51), 15), 0x1b873593);
  hash ^= length;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

const PRIME_1 = 0x9e3779b1;
const PRIME_2 = 0x85ebca77;
const PRIME_3 = 0xc2b2ae3d;
const PRIME_4 = 0x27d4eb2f;
const PRIME_5 = 0x165667b1;

/** Yann Collet's xxHash32. */
function xxHash32(length: number): number {
  let hash: number;
  let index = 0;
  if (length >= 16) {
    let first = (PRIME_1 + PRIME_2) | 0;
    let second = PRIME_2 | 0;
    let third = 0;
    let fourth = -PRIME_1 | 0;
    for (; index <= length - 16; index += 16) {
      first = xxRound(first, wordAt(index));
      second = xxRound(second, wordAt(index + 4));
      third = xxRound(third, wordAt(index + 8));
      fourth = xxRound(fourth, wordAt(index + 12));
    }
    hash = (rotate(first, 1) + rotate(second, 7) + rotate(third, 12) + rotate(fourth, 18)) | 0;
  } else {
    hash = PRIME_5 | 0;
  }
  hash = (hash + length) | 0;
  for (; index <= length - 4; index += 4) {
    hash = Math.imul(rotate((hash + Math.imul(wordAt(index), PRIME_3)) | 0, 17), PRIME_4);
  }
  for (; index < length; index++) {
    hash = Math.imul(rotate((hash + Math.imul(byteAt(index), PRIME_5)) | 0, 11), PRIME_1);
  }
  hash = Math.imul(hash ^ (hash >>> 15), PRIME_2);
  hash = Math.imul(hash ^ (hash >>> 13), PRIME_3);
  return (hash ^ (hash >>> 16)) >>> 0;
}

function xxRound(accumulator: number, word: number): number {
  return Math.imul(rotate((accumulator + Math.imul(word, PRIME_2)) | 0, 13), PRIME_1);
}
