import { assert } from '#kernel/assert.ts';
import type { DurationMs, Instant } from '#kernel/instant.ts';
import { HOUR_MS } from '#kernel/instant.ts';
import type { Verdict } from '#plan/reading.ts';
import type { Unheard } from './link.ts';

/** How long a group that is gone is still told on connect, so that an alert of it can come to its end. */
const GONE_KEPT_MS: DurationMs = HOUR_MS;

interface Pending {
  readonly verdict: Verdict;
  /** The message that carried it on this connection. */
  sentIn?: number;
}

/** What has to survive a restart of intake. */
export interface OutboxState {
  readonly base: readonly Verdict[];
  readonly pending: readonly Verdict[];
  readonly unheard?: readonly Unheard[];
}

/**
 * The verdicts of one plan on their way to the core. `base` is what the core has committed; `pending` is every change
 * after it, in order, kept until the core has committed it too. A condition that held only while the core was away is
 * therefore still judged: after a connect the core hears the base, then each change.
 */
export class VerdictOutbox {
  readonly #capacity: number;
  #compactAbove: number;
  readonly #base = new Map<string, Verdict>();
  #pending: Pending[] = [];
  /** Times in which nobody listened, in order, until the core's committed watermark is past them. */
  #unheard: { readonly time: Unheard; sentIn?: number }[] = [];
  #latest = new Map<string, Verdict>();
  /** Verdicts of groups that are gone, as they were folded into the base. */
  readonly #gone: Verdict[] = [];

  constructor(capacity: number, state?: OutboxState) {
    this.#capacity = capacity;
    this.#compactAbove = capacity;
    for (const verdict of (state?.base ?? []).toSorted((left, right) => left.at - right.at)) this.#fold(verdict);
    for (const [key, verdict] of this.#base) this.#latest.set(key, verdict);
    this.add(state?.pending ?? []);
    for (const time of state?.unheard ?? []) this.addUnheard(time);
  }

  get state(): OutboxState {
    return {
      base: [...this.#base.values()],
      pending: this.#pending.map((entry) => entry.verdict),
      unheard: this.#unheard.map((entry) => entry.time),
    };
  }

  get pendingCount(): number {
    return this.#pending.length;
  }

  /** Adds changes in order of time. */
  add(verdicts: readonly Verdict[]): void {
    for (const verdict of verdicts) {
      this.#pending.push({ verdict });
      this.#latest.set(keyOf(verdict), verdict);
    }
    if (this.#pending.length > this.#compactAbove) {
      this.#pending = compact(this.#pending, (from, to) => this.#heardMs(from, to));
      // What could not be shortened is not tried again for each verdict that follows.
      this.#compactAbove = Math.max(this.#capacity, 2 * this.#pending.length);
    }
  }

  /** Nobody listened in this time, which is later than those before. */
  addUnheard(time: Unheard): void {
    this.#unheard.push({ time });
  }

  /** Adds what differs from what was said last: after a restart, or under a new version of the plan. */
  reconcile(current: readonly Verdict[], at: Instant): void {
    const present = new Set<string>();
    const changed: Verdict[] = [];
    for (const verdict of current) {
      const key = keyOf(verdict);
      present.add(key);
      const last = this.#latest.get(key);
      // A change that is told late is dated now: verdicts stay in order of time.
      if (last?.truth !== verdict.truth) changed.push(last === undefined ? verdict : { ...verdict, at });
    }
    this.add(changed);
  }

  /** Forgets tests that the plan does not have any more. */
  retain(tests: ReadonlySet<string>): void {
    for (const [key, verdict] of this.#base) if (!tests.has(verdict.test)) this.#base.delete(key);
    for (const [key, verdict] of this.#latest) if (!tests.has(verdict.test)) this.#latest.delete(key);
    this.#pending = this.#pending.filter((entry) => tests.has(entry.verdict.test));
  }

  /** A connection begins: nothing was sent on it. `watermark` is what the core has committed. */
  connect(watermark: Instant): void {
    const open: Pending[] = [];
    for (const { verdict } of this.#pending) {
      if (verdict.at <= watermark) this.#fold(verdict);
      else open.push({ verdict });
    }
    this.#pending = open;
    this.#unheard = this.#unheard.flatMap(({ time }) => (time.until <= watermark ? [] : [{ time }]));
  }

  /**
   * Everything as the core has it, for the message with `complete`; it is true just before the first pending change and
   * before the first time in which nobody listened.
   */
  base(watermark: Instant): { readonly verdicts: readonly Verdict[]; readonly watermark: Instant } {
    this.#forgetGone(watermark - GONE_KEPT_MS);
    const firstChange = this.#pending[0]?.verdict.at ?? Number.POSITIVE_INFINITY;
    const firstUnheard = this.#unheard[0]?.time.from ?? Number.POSITIVE_INFINITY;
    return {
      verdicts: [...this.#base.values()],
      watermark: Math.min(watermark, firstChange - 1, firstUnheard - 1),
    };
  }

  /** Every verdict as it was said last. */
  get latest(): readonly Verdict[] {
    return [...this.#latest.values()];
  }

  /** Changes that this connection has not carried yet and that are not later than `watermark`; marks them as sent in message `sequence`. */
  take(sequence: number, watermark: Instant): readonly Verdict[] {
    const verdicts: Verdict[] = [];
    // What was sent is a prefix, so the search starts at the end.
    let start = this.#pending.length;
    while (start > 0 && this.#pending[start - 1]?.sentIn === undefined) start -= 1;
    for (let index = start; index < this.#pending.length; index += 1) {
      const entry = this.#pending[index];
      if (entry === undefined || entry.verdict.at > watermark) break;
      entry.sentIn = sequence;
      verdicts.push(entry.verdict);
    }
    return verdicts;
  }

  /** The first time in which nobody listened that this connection has not carried yet; marks it as sent in message `sequence`. */
  takeUnheard(sequence: number): Unheard | undefined {
    const entry = this.#unheard.find(({ sentIn }) => sentIn === undefined);
    if (entry !== undefined) entry.sentIn = sequence;
    return entry?.time;
  }

  /**
   * The core has taken every message up to `sequence` of this connection. A time in which nobody listened is told again
   * until the stored watermark is past it, since a core that starts again goes on from there.
   */
  committed(sequence: number, watermark: Instant): void {
    this.#unheard = this.#unheard.filter(
      ({ time, sentIn }) => sentIn === undefined || sentIn > sequence || time.until > watermark,
    );
    let count = 0;
    for (const entry of this.#pending) {
      if (entry.sentIn === undefined || entry.sentIn > sequence) break;
      this.#fold(entry.verdict);
      count += 1;
    }
    if (count > 0) this.#pending.splice(0, count);
  }

  /** How much of a time somebody listened. */
  #heardMs(from: Instant, to: Instant): DurationMs {
    let heardMs = to - from;
    for (const { time } of this.#unheard) {
      heardMs -= Math.max(0, Math.min(to, time.until) - Math.max(from, time.from));
    }
    return heardMs;
  }

  #fold(verdict: Verdict): void {
    this.#base.set(keyOf(verdict), verdict);
    if (verdict.gone !== true) return;
    this.#gone.push(verdict);
    this.#forgetGone(verdict.at - GONE_KEPT_MS);
  }

  /** Groups come and go for as long as a connection lasts, so they are forgotten meanwhile, not only on the next. */
  #forgetGone(before: Instant): void {
    for (let verdict = this.#gone[0]; verdict !== undefined && verdict.at < before; verdict = this.#gone[0]) {
      this.#gone.shift();
      const key = keyOf(verdict);
      // A group that is back has another verdict by now.
      if (this.#base.get(key) === verdict) this.#base.delete(key);
      if (this.#latest.get(key) === verdict) this.#latest.delete(key);
    }
  }
}

function keyOf(verdict: Verdict): string {
  return `${verdict.test}\n${verdict.group}`;
}

/**
 * Fewer changes that judge the same where it matters: of each test and group what was sent already, its longest stretch of
 * *true* with its end, as far as it was heard, and the last change.
 */
function compact(pending: readonly Pending[], heardMs: (from: Instant, to: Instant) => DurationMs): Pending[] {
  interface Chain {
    start: number | undefined;
    longest: { readonly start: number; readonly end: number; readonly ms: DurationMs } | undefined;
    last: number;
  }
  const kept = new Set<number>();
  const chains = new Map<string, Chain>();
  pending.forEach((entry, index) => {
    if (entry.sentIn !== undefined) kept.add(index);
    const key = keyOf(entry.verdict);
    const chain = chains.get(key) ?? { start: undefined, longest: undefined, last: index };
    chains.set(key, chain);
    chain.last = index;
    if (entry.verdict.truth === 'true') {
      chain.start ??= index;
      return;
    }
    if (chain.start === undefined) return;
    const began = pending[chain.start];
    assert(began !== undefined, 'A stretch begins at a pending verdict.');
    const ms = heardMs(began.verdict.at, entry.verdict.at);
    if (chain.longest === undefined || ms > chain.longest.ms) chain.longest = { start: chain.start, end: index, ms };
    chain.start = undefined;
  });
  for (const chain of chains.values()) {
    if (chain.longest !== undefined) {
      kept.add(chain.longest.start);
      kept.add(chain.longest.end);
    }
    if (chain.start !== undefined) kept.add(chain.start);
    kept.add(chain.last);
  }
  return pending.filter((_, index) => kept.has(index));
}
