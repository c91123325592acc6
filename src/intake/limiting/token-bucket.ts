/**
 * A token bucket that may go into debt: whoever finds something in it is let in whatever it costs, and those who come next wait until the
 * debt is paid. So a request larger than the bucket passes once, and in the long run no more than the rate does. Times are monotonic.
 */
export class TokenBucket {
  #level: number;
  #atMs: number;
  #perSecond: number;
  #burst: number;

  constructor(perSecond: number, burst: number, atMs: number) {
    this.#perSecond = perSecond;
    this.#burst = burst;
    this.#level = burst;
    this.#atMs = atMs;
  }

  /** Another rate from now on. What was used up stays used up. */
  setRate(perSecond: number, burst: number, atMs: number): void {
    if (perSecond === this.#perSecond && burst === this.#burst) return;
    this.#fill(atMs);
    this.#perSecond = perSecond;
    this.#burst = burst;
    this.#level = Math.min(this.#level, burst);
  }

  get perSecond(): number {
    return this.#perSecond;
  }

  /** Seconds until something may be taken; 0 when it may now. */
  waitSeconds(atMs: number): number {
    this.#fill(atMs);
    if (this.#level > 0) return 0;
    // A bit more than nothing has to be there.
    return Math.max(1 / this.#perSecond, -this.#level / this.#perSecond);
  }

  /** Takes without asking. The debt is at most `mostDebtSeconds` of the rate: nobody is told to wait longer than that. */
  take(amount: number, atMs: number, mostDebtSeconds: number): void {
    this.#fill(atMs);
    this.#level = Math.max(this.#level - amount, -mostDebtSeconds * this.#perSecond);
  }

  /** Whether it is as full as it gets, so that forgetting it changes nothing. */
  isFull(atMs: number): boolean {
    this.#fill(atMs);
    return this.#level >= this.#burst;
  }

  #fill(atMs: number): void {
    const seconds = Math.max(0, atMs - this.#atMs) / 1_000;
    this.#atMs = Math.max(atMs, this.#atMs);
    this.#level = Math.min(this.#burst, this.#level + seconds * this.#perSecond);
  }
}
