/** Memory that the shop forgets to give back. */
export interface Leak {
  /** Takes another half megabyte, and writes to it: untouched memory costs nothing. */
  drip(): void;
  /** Gives all of it back. */
  mend(): void;
  readonly bytes: number;
}

const DRIP_BYTES = 512 * 1_024;
/** More would hurt the machine that the demo runs on. */
const LEAK_BYTES_MAX = 320 * 1_024 * 1_024;

export function createLeak(): Leak {
  const forgotten: ArrayBuffer[] = [];
  return {
    drip() {
      if ((forgotten.length + 1) * DRIP_BYTES > LEAK_BYTES_MAX) return;
      const buffer = new ArrayBuffer(DRIP_BYTES);
      new Uint8Array(buffer).fill(1);
      forgotten.push(buffer);
    },
    mend() {
      // A detached buffer's memory goes back at once; the collector would take its time.
      for (const buffer of forgotten.splice(0)) buffer.transfer(0);
    },
    get bytes() {
      return forgotten.length * DRIP_BYTES;
    },
  };
}
