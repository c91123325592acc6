/** Memory that the shop forgets to give back. */
export interface Leak {
  /** Takes another half megabyte. */
  drip(): void;
  /** Gives all of it back. */
  mend(): void;
}

const DRIP_BYTES = 512 * 1_024;
/** Of this size the allocator asks the system for each and gives each back whole; smaller ones stay in its heap for ever. */
const SLAB_BYTES = 64 * 1_024 * 1_024;
/** More would hurt the machine that the demo runs on. */
const SLABS_MAX = 5;

export function createLeak(): Leak {
  const slabs: ArrayBuffer[] = [];
  let offset = SLAB_BYTES;
  return {
    drip() {
      if (offset === SLAB_BYTES) {
        if (slabs.length === SLABS_MAX) return;
        slabs.push(new ArrayBuffer(SLAB_BYTES));
        offset = 0;
      }
      // What is never written to costs nothing.
      new Uint8Array(slabs.at(-1) ?? new ArrayBuffer(0), offset, DRIP_BYTES).fill(1);
      offset += DRIP_BYTES;
    },
    mend() {
      // A detached buffer's memory goes back at once; the collector would take its time.
      for (const slab of slabs.splice(0)) slab.transfer(0);
      offset = SLAB_BYTES;
    },
  };
}
