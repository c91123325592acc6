/** Rounds for each word of the text, and for each half of the result: those of SipHash's authors for a keyed function. */
const WORD_ROUNDS = 2;
const RESULT_ROUNDS = 4;

/**
 * HalfSipHash-2-4 with 64 bits of result (Aumasson and Bernstein, the form of SipHash for machines with 32 bits) over the UTF-16 code units of
 * a text, as the upper and the lower half. Who does not know the key (two numbers of 32 bits) cannot find two texts that collide. For
 * recognising things in memory; it says nothing of who wrote a text.
 */
export function keyedHash64Into(text: string, key: Uint32Array, halves: Uint32Array): void {
  const key0 = key[0] as number;
  const key1 = key[1] as number;
  let v0 = key0;
  let v1 = key1 ^ 0xee;
  let v2 = key0 ^ 0x6c796765;
  let v3 = key1 ^ 0x74656462;
  const { length } = text;
  const whole = length >>> 1;
  for (let step = 0; step <= whole + 2; step++) {
    let word = 0;
    if (step < whole) word = text.charCodeAt(2 * step) | (text.charCodeAt(2 * step + 1) << 16);
    // The last word ends with the length in bytes.
    else if (step === whole) word = (length << 25) | ((length & 1) === 1 ? text.charCodeAt(length - 1) : 0);
    else if (step === whole + 1) v2 ^= 0xee;
    else v1 ^= 0xdd;
    v3 ^= word;
    for (let left = step <= whole ? WORD_ROUNDS : RESULT_ROUNDS; left > 0; left--) {
      v0 = (v0 + v1) | 0;
      v1 = ((v1 << 5) | (v1 >>> 27)) ^ v0;
      v0 = (v0 << 16) | (v0 >>> 16);
      v2 = (v2 + v3) | 0;
      v3 = ((v3 << 8) | (v3 >>> 24)) ^ v2;
      v0 = (v0 + v3) | 0;
      v3 = ((v3 << 7) | (v3 >>> 25)) ^ v0;
      v2 = (v2 + v1) | 0;
      v1 = ((v1 << 13) | (v1 >>> 19)) ^ v2;
      v2 = (v2 << 16) | (v2 >>> 16);
    }
    v0 ^= word;
    if (step > whole) halves[step - whole - 1] = v1 ^ v3;
  }
}
