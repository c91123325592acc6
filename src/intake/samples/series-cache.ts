const FIRST_SLOTS = 1_024;

/**
 * Finds the series behind a hash of the bytes that name it in a protocol, so that nothing of a series that was seen before is decoded.
 * Two halves of 32 bits tell series apart: of 50,000, two meet by chance once in ten thousand million plans. Open addressing; a series that its register
 * has forgotten is not found, and its slot is used again.
 */
export class SeriesCache<Known extends { readonly owner: unknown }> {
  readonly #owner: object;
  #highs: Int32Array = new Int32Array(FIRST_SLOTS);
  #lows: Int32Array = new Int32Array(FIRST_SLOTS);
  #series: (Known | undefined)[] = new Array<Known | undefined>(FIRST_SLOTS).fill(undefined);
  #used = 0;

  /** The register whose series these are. */
  constructor(owner: object) {
    this.#owner = owner;
  }

  find(high: number, low: number): Known | undefined {
    const series = this.#series[this.#slotOf(high, low)];
    return series !== undefined && series.owner === this.#owner ? series : undefined;
  }

  put(high: number, low: number, series: Known): void {
    if (this.#used * 2 >= this.#series.length) this.#rebuild();
    const slot = this.#slotOf(high, low);
    if (this.#series[slot] === undefined) this.#used += 1;
    this.#highs[slot] = high;
    this.#lows[slot] = low;
    this.#series[slot] = series;
  }

  /** The slot of this hash, or the free one where it belongs. */
  #slotOf(high: number, low: number): number {
    const highs = this.#highs;
    const lows = this.#lows;
    const series = this.#series;
    const mask = series.length - 1;
    for (let slot = low & mask; ; slot = (slot + 1) & mask) {
      if (series[slot] === undefined || (lows[slot] === low && highs[slot] === high)) return slot;
    }
  }

  /** Leaves out what is forgotten, and doubles when that is not enough. */
  #rebuild(): void {
    const highs = this.#highs;
    const lows = this.#lows;
    const before = this.#series;
    const alive = before.filter((series) => series?.owner === this.#owner).length;
    const size = alive * 4 >= before.length ? before.length * 2 : before.length;
    this.#highs = new Int32Array(size);
    this.#lows = new Int32Array(size);
    this.#series = new Array<Known | undefined>(size).fill(undefined);
    this.#used = 0;
    before.forEach((series, slot) => {
      if (series?.owner === this.#owner) this.put(highs[slot] as number, lows[slot] as number, series);
    });
  }
}
