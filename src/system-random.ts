import { randomBytes } from 'node:crypto';
import type { Random } from '#kernel/ports.ts';

const TWO_TO_53 = 2 ** 53;

/** Randomness of the operating system: fit for keys and tokens. */
export function createSystemRandom(): Random {
  return {
    bytes: (length) => new Uint8Array(randomBytes(length)),
    fraction() {
      // The upper 53 bits of 64: every double of that grid in [0, 1) is equally likely.
      return Number(randomBytes(8).readBigUInt64BE() >> 11n) / TWO_TO_53;
    },
  };
}
