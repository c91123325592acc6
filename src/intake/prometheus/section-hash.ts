const PRIME_1 = 0x9e37_79b1;
const PRIME_2 = 0x85eb_ca77;
const PRIME_3 = 0xc2b2_ae3d;
const PRIME_4 = 0x27d4_eb2f;

/**
 * Two hashes of 32 bits of the same bytes, which together name a series within its plan. Each call overwrites them: an object for each series
 * of each request would be half of what a request leaves to be collected.
 */
export class SectionHash {
  high = 0;
  low = 0;

  /** Of these bytes, eight at a time; as MurmurHash3 and xxHash mix them, but neither of them. */
  ofBytes(view: DataView, start: number, end: number): void {
    let high = (end - start) | 0;
    let low = ~(end - start);
    let at = start;
    for (; at + 8 <= end; at += 8) {
      const first = view.getInt32(at, true);
      const second = view.getInt32(at + 4, true);
      high = (Math.imul(high ^ first, PRIME_1) + second) | 0;
      low = (Math.imul(low ^ second, PRIME_2) + first) | 0;
      high ^= high >>> 15;
      low = (low << 13) | (low >>> 19);
    }
    for (; at < end; at += 1) {
      const byte = view.getUint8(at);
      high = Math.imul(high ^ byte, PRIME_3);
      high ^= high >>> 15;
      low = Math.imul(low + byte, PRIME_4);
      low = (low << 13) | (low >>> 19);
    }
    this.high = finish(high);
    this.low = finish(low);
  }

  /** Of a list of texts by their own hashes, where each is named by its place. */
  ofReferences(places: readonly number[], highs: readonly number[], lows: readonly number[]): void {
    let high = places.length;
    let low = ~places.length;
    for (const place of places) {
      high = Math.imul(high ^ (highs[place] ?? place), PRIME_1);
      high ^= high >>> 15;
      low = Math.imul(low + (lows[place] ?? place), PRIME_2);
      low = (low << 13) | (low >>> 19);
    }
    this.high = finish(high);
    this.low = finish(low);
  }
}

function finish(hash: number): number {
  let mixed = Math.imul(hash ^ (hash >>> 16), PRIME_2);
  mixed = Math.imul(mixed ^ (mixed >>> 13), PRIME_3);
  return (mixed ^ (mixed >>> 16)) | 0;
}
