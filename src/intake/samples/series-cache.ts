const FIRST_ENTRIES = 512;
const FREE = 0;

/**
 * Finds the series behind a hash of the bytes that name it in a protocol, so that nothing of a series that was seen before is decoded.
 * Two halves of 32 bits tell series apart: of 50,000, two meet by chance once in ten thousand million plans. A series that its register has
 * forgotten is not found, and leaves when there is no room.
 *
 * Entries stand in the order in which they came, which is the order in which a sender sends them again: the one behind the last that was
 * found is looked at first, and the table of their places, whose every look is one past the processor's caches, only when it is another.
 */
export class SeriesCache<Known extends { readonly owner: unknown }> {
  readonly #owner: object;
  #highs: Int32Array = new Int32Array(FIRST_ENTRIES);
  #lows: Int32Array = new Int32Array(FIRST_ENTRIES);
  #series: Known[] = [];
  /** Open addressing: by hash, one more than the place of the entry. */
  #slots: Int32Array = new Int32Array(2 * FIRST_ENTRIES);
  #expected = 0;

  /** The register whose series these are. */
  constructor(owner: object) {
    this.#owner = owner;
  }

  find(high: number, low: number): Known | undefined {
    let place = this.#expected;
    const isExpected = place < this.#series.length && this.#highs[place] === high && this.#lows[place] === low;
    if (!isExpected) {
      const held = this.#slots[this.#slotOf(high, low)] as number;
      if (held === FREE) return undefined;
      place = held - 1;
    }
    this.#expected = place + 1;
    const series = this.#series[place];
    return series?.owner === this.#owner ? series : undefined;
  }

  put(high: number, low: number, series: Known): void {
    if (this.#series.length === this.#highs.length) this.#rebuild();
    const slot = this.#slotOf(high, low);
    const held = this.#slots[slot] as number;
    const place = held === FREE ? this.#series.length : held - 1;
    if (held === FREE) {
      this.#slots[slot] = place + 1;
      this.#highs[place] = high;
      this.#lows[place] = low;
    }
    this.#series[place] = series;
    this.#expected = place + 1;
  }

  /** The slot of this hash, or the free one where it belongs. */
  #slotOf(high: number, low: number): number {
    const highs = this.#highs;
    const lows = this.#lows;
    const slots = this.#slots;
    const mask = slots.length - 1;
    for (let slot = low & mask; ; slot = (slot + 1) & mask) {
      const held = slots[slot] as number;
      if (held === FREE || (lows[held - 1] === low && highs[held - 1] === high)) return slot;
    }
  }

  /** Leaves out what is forgotten, and doubles when that is not enough. */
  #rebuild(): void {
    const highs = this.#highs;
    const lows = this.#lows;
    const before = this.#series;
    const alive = before.filter((series) => series.owner === this.#owner).length;
    const size = alive * 2 >= before.length ? before.length * 2 : before.length;
    this.#highs = new Int32Array(size);
    this.#lows = new Int32Array(size);
    this.#series = [];
    this.#slots = new Int32Array(2 * size);
    before.forEach((series, place) => {
      if (series.owner === this.#owner) this.put(highs[place] as number, lows[place] as number, series);
    });
  }
}
