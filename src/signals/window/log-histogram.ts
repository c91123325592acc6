import type { NumberReader, NumberWriter } from '../snapshot-format.ts';

/**
 * A histogram whose bins grow by a constant factor, as DDSketch has them (Masson, Rim, Lee 2019): with α = 1% and
 * γ = (1 + α)/(1 − α), bin i holds γ^(i−1) < x ≤ γ^i and answers 2γ^i/(γ + 1), which is within α of every x in it.
 * Negative values have bins of their own by magnitude; magnitudes below 10^−9 count as zero.
 */
const ACCURACY = 0.01;
const GAMMA = (1 + ACCURACY) / (1 - ACCURACY);
const BINS_PER_E = 1 / Math.log(GAMMA);
export const SMALLEST = 1e-9;

/** The bin of a magnitude above `SMALLEST`. */
export function binOf(magnitude: number): number {
  return Math.ceil(Math.log(magnitude) * BINS_PER_E);
}

function magnitudeOf(bin: number): number {
  return (2 * GAMMA ** bin) / (GAMMA + 1);
}

/** Counts by bin, dense between the least and the greatest bin ever used. */
class Bins {
  private counts = new Uint32Array(0);
  private offset = 0;
  /** Everything outside `low … high` is zero. */
  private low = 0;
  private high = -1;
  total = 0;

  add(bin: number, count: number): void {
    const index = bin - this.offset;
    if (index < 0 || index >= this.counts.length) this.grow(bin);
    this.counts[bin - this.offset] = (this.counts[bin - this.offset] as number) + count;
    if (this.high < this.low) {
      this.low = bin;
      this.high = bin;
    } else if (bin < this.low) {
      this.low = bin;
    } else if (bin > this.high) {
      this.high = bin;
    }
    this.total += count;
  }

  addAll(other: Bins): void {
    for (let bin = other.low; bin <= other.high; bin++) {
      const count = other.counts[bin - other.offset] as number;
      if (count > 0) this.add(bin, count);
    }
  }

  /** `other` must have been added before. */
  subtractAll(other: Bins): void {
    for (let bin = other.low; bin <= other.high; bin++) {
      const index = bin - this.offset;
      const count = other.counts[bin - other.offset] as number;
      if (count > 0) this.counts[index] = (this.counts[index] as number) - count;
    }
    this.total -= other.total;
    if (this.total === 0) this.high = this.low - 1;
  }

  clear(): void {
    if (this.high >= this.low) this.counts.fill(0, this.low - this.offset, this.high - this.offset + 1);
    this.high = this.low - 1;
    this.total = 0;
  }

  /** The bin of the event with this rank (1 is the least bin's first). */
  atRank(rank: number): number {
    let seen = 0;
    for (let bin = this.low; bin < this.high; bin++) {
      seen += this.counts[bin - this.offset] as number;
      if (seen >= rank) return bin;
    }
    return this.high;
  }

  write(out: NumberWriter): void {
    let used = 0;
    for (let bin = this.low; bin <= this.high; bin++) if ((this.counts[bin - this.offset] as number) > 0) used++;
    out.number(used);
    for (let bin = this.low; bin <= this.high; bin++) {
      const count = this.counts[bin - this.offset] as number;
      if (count === 0) continue;
      out.number(bin);
      out.number(count);
    }
  }

  read(from: NumberReader): void {
    for (let left = from.number(); left > 0; left--) {
      const bin = from.number();
      this.add(bin, from.number());
    }
  }

  /** Leaves room on both sides, so that a stream of slowly rising values grows it seldom. */
  private grow(bin: number): void {
    const empty = this.counts.length === 0;
    const low = (empty ? bin : Math.min(bin, this.offset)) - 16;
    const high = (empty ? bin : Math.max(bin, this.offset + this.counts.length - 1)) + 16;
    const grown = new Uint32Array(high - low + 1);
    if (!empty) grown.set(this.counts, this.offset - low);
    this.counts = grown;
    this.offset = low;
  }
}

/** See the top of the file for the bins and their accuracy. */
export class LogHistogram {
  private readonly positive = new Bins();
  private readonly negative = new Bins();
  private zeros = 0;

  get total(): number {
    return this.positive.total + this.negative.total + this.zeros;
  }

  add(value: number): void {
    if (value > SMALLEST) this.positive.add(binOf(value), 1);
    else if (value < -SMALLEST) this.negative.add(binOf(-value), 1);
    else this.zeros++;
  }

  /** The same for a value above `SMALLEST` whose bin is known. */
  addPositive(bin: number): void {
    this.positive.add(bin, 1);
  }

  addAll(other: LogHistogram): void {
    this.positive.addAll(other.positive);
    this.negative.addAll(other.negative);
    this.zeros += other.zeros;
  }

  /** `other` must have been added before. */
  subtractAll(other: LogHistogram): void {
    this.positive.subtractAll(other.positive);
    this.negative.subtractAll(other.negative);
    this.zeros -= other.zeros;
  }

  clear(): void {
    this.positive.clear();
    this.negative.clear();
    this.zeros = 0;
  }

  /** The value at rank ⌈quantile × total⌉ (nearest rank), within 1%. The histogram must not be empty. */
  quantile(quantile: number): number {
    const rank = Math.max(1, Math.ceil(quantile * this.total));
    // The most negative value is the one of greatest magnitude.
    if (rank <= this.negative.total) return -magnitudeOf(this.negative.atRank(this.negative.total - rank + 1));
    if (rank <= this.negative.total + this.zeros) return 0;
    return magnitudeOf(this.positive.atRank(rank - this.negative.total - this.zeros));
  }

  write(out: NumberWriter): void {
    this.positive.write(out);
    this.negative.write(out);
    out.number(this.zeros);
  }

  read(from: NumberReader): void {
    this.positive.read(from);
    this.negative.read(from);
    this.zeros += from.number();
  }
}
