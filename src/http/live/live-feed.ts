import type { FactAnswer } from '#contract/journal.ts';
import type { PlanState } from '#engine/core-process.ts';
import { formatInstant } from '#kernel/instant.ts';
import { limits } from '#kernel/limits.ts';
import type { Clock } from '#kernel/ports.ts';
import type { EndReason, Follower } from './follower.ts';
import { changeBetween, type LiveSnapshot, snapshotOf } from './live-snapshot.ts';
import { changeMessage, endMessage, factMessage, heartbeat, statusMessage, statusTail } from './messages.ts';

/** What a feed looks at. Each may fail for a while: what was seen last stays then. */
export interface FeedSource {
  state(): Promise<PlanState>;
  /** Notifications by state. */
  notifications(): Promise<Readonly<Record<string, number>>>;
  /** Facts after a number, in order and without a gap. */
  facts(after: number, limit: number): Promise<readonly FactAnswer[]>;
  /** Number of the last fact, 0 without one. */
  lastFact(): Promise<number>;
  /** Calls with the facts after a number as they are committed, in order and without a gap. Returns what ends that. */
  onCommitted(listener: (facts: readonly FactAnswer[]) => void, after: number): () => void;
}

export interface LiveFeedOptions {
  readonly source: FeedSource;
  readonly clock: Clock;
  readonly log: (message: string, detail: Readonly<Record<string, unknown>>) => void;
}

interface Place {
  /** The last fact that was sent. */
  fact: number;
  catchingUp: boolean;
}

/**
 * One plan for everybody who follows it: it is looked at once, however many there are, and not at all without one. What is sent to all is
 * written once. Each reader has a place of its own among the facts, and a fact is sent only when it is the next one there: nothing is
 * left out and nothing comes twice, whatever happens between.
 */
export class LiveFeed {
  readonly #options: LiveFeedOptions;
  readonly #followers = new Map<Follower, Place>();
  #snapshot: LiveSnapshot | undefined;
  /** Of the snapshot, while it is the last. */
  #statusTail: string | undefined;
  #notifications: Readonly<Record<string, number>> = {};
  #countedMs = Number.NEGATIVE_INFINITY;
  /** The last fact that is known to be there. */
  #lastFact: number | undefined;
  #saidMs = 0;
  #joining = 0;
  #pauseMs: number = limits.livePollMs;
  #looking: Promise<void> | undefined;
  #cancelLook = (): void => {};
  #cancelHeartbeat = (): void => {};
  #endFacts = (): void => {};

  constructor(options: LiveFeedOptions) {
    this.#options = options;
  }

  get followers(): number {
    return this.#followers.size;
  }

  /** Sends the whole status, and from then on what changes. `resumeAfter` is the last fact that the reader has. Throws when the plan cannot be looked at. */
  async join(follower: Follower, resumeAfter?: number): Promise<void> {
    this.#joining += 1;
    try {
      // A look that had begun for readers who have left is of no use.
      for (let tries = 0; tries < 2 && this.#snapshot === undefined; tries += 1) await this.#look();
      this.#add(follower, resumeAfter);
    } finally {
      this.#joining -= 1;
      this.#restWithoutFollowers();
    }
  }

  #add(follower: Follower, resumeAfter: number | undefined): void {
    const { clock } = this.#options;
    const snapshot = this.#snapshot;
    const last = this.#lastFact;
    if (snapshot === undefined || last === undefined) throw new Error('The plan was looked at, and nothing was seen.');
    if (follower.closed) return;
    // A number that is not there yet is of other data than these, such as those before a restored backup.
    const fact = resumeAfter === undefined || resumeAfter > last ? last : resumeAfter;
    this.#statusTail ??= statusTail(snapshot);
    follower.send(statusMessage(this.#statusTail, clock.now(), fact, limits.liveRetryMs));
    const place: Place = { fact, catchingUp: false };
    this.#followers.set(follower, place);
    if (this.#followers.size === 1) this.#begin();
    void this.#catchUp(follower, place);
  }

  leave(follower: Follower): void {
    if (this.#followers.delete(follower)) this.#restWithoutFollowers();
  }

  #restWithoutFollowers(): void {
    if (this.#followers.size > 0 || this.#joining > 0) return;
    this.#cancelLook();
    this.#cancelHeartbeat();
    this.#endFacts();
    // The next reader looks for itself: this one would be old.
    this.#snapshot = undefined;
    this.#statusTail = undefined;
    this.#lastFact = undefined;
  }

  end(reason: EndReason): void {
    const message = endMessage(reason);
    for (const follower of [...this.#followers.keys()]) follower.end(message);
  }

  #begin(): void {
    const { clock } = this.#options;
    this.#saidMs = clock.monotonicMs();
    this.#lookAgainIn(limits.livePollMs);
    const beat = (): void => {
      this.#cancelHeartbeat = clock.after(limits.liveHeartbeatMs, () => {
        this.#sendAll(heartbeat);
        beat();
      });
    };
    beat();
  }

  #lookAgainIn(delayMs: number): void {
    const { clock, log } = this.#options;
    this.#cancelLook();
    this.#cancelLook = clock.after(delayMs, () => {
      void this.#look()
        .catch((caught: unknown) => log('a followed plan cannot be looked at', { problem: String(caught) }))
        .finally(() => {
          if (this.#followers.size > 0) this.#lookAgainIn(this.#pauseMs);
        });
    });
  }

  #look(): Promise<void> {
    this.#looking ??= this.#lookOnce().finally(() => {
      this.#looking = undefined;
    });
    return this.#looking;
  }

  async #lookOnce(): Promise<void> {
    const { source, clock } = this.#options;
    const [state] = await Promise.all([source.state(), this.#count(), this.#followFacts()]);
    // Everybody may have left meanwhile: who comes then looks anew.
    if (this.#lastFact === undefined) return;
    const startedMs = clock.monotonicMs();
    this.#show(snapshotOf({ ...state, notifications: this.#notifications }, clock.now(), this.#snapshot));
    const pauseMs = (clock.monotonicMs() - startedMs) / limits.livePollShare;
    this.#pauseMs = Math.min(Math.max(limits.livePollMs, pauseMs), limits.livePollLongestMs);
  }

  #show(snapshot: LiveSnapshot): void {
    const { clock } = this.#options;
    const before = this.#snapshot;
    this.#snapshot = snapshot;
    this.#statusTail = undefined;
    if (before === undefined) return;
    const change = changeBetween(before, snapshot);
    if (change === undefined && clock.monotonicMs() - this.#saidMs < limits.liveWatermarkEveryMs) return;
    this.#saidMs = clock.monotonicMs();
    const { watermark, lagMs } = snapshot;
    const at = formatInstant(clock.now());
    this.#sendAll(changeMessage({ at, ...(watermark === undefined ? {} : { watermark }), lagMs, ...change }));
  }

  async #count(): Promise<void> {
    const { source, clock } = this.#options;
    if (clock.monotonicMs() - this.#countedMs < limits.liveCountsEveryMs) return;
    this.#countedMs = clock.monotonicMs();
    // The database may be away; what was counted last stays, and the notices say so.
    this.#notifications = await source.notifications().catch(() => this.#notifications);
  }

  async #followFacts(): Promise<void> {
    const { source } = this.#options;
    if (this.#lastFact !== undefined) return;
    const last = await source.lastFact();
    if (this.#followers.size === 0 && this.#joining === 0) return;
    this.#lastFact = last;
    this.#endFacts = source.onCommitted((facts) => this.#sendFacts(facts), last);
  }

  #sendFacts(facts: readonly FactAnswer[]): void {
    const last = facts.at(-1);
    if (last === undefined) return;
    this.#lastFact = last.sequence;
    // More of them at once than a good reader may have waiting are read again, as fast as each reader takes them.
    const ready = [...this.#followers].filter(([{ waiting }]) => waiting + facts.length <= limits.liveFactsPage);
    for (const fact of ready.length === 0 ? [] : facts) {
      const message = factMessage(fact);
      for (const [follower, place] of ready) {
        if (place.fact !== fact.sequence - 1) continue;
        place.fact = fact.sequence;
        follower.send(message);
      }
    }
    for (const [follower, place] of this.#followers) void this.#catchUp(follower, place);
  }

  /** Brings a reader who resumes up to the last fact, no faster than they read. */
  async #catchUp(follower: Follower, place: Place): Promise<void> {
    const { source, clock } = this.#options;
    if (place.catchingUp) return;
    place.catchingUp = true;
    while (this.#lastFact !== undefined && place.fact < this.#lastFact && this.#followers.has(follower)) {
      await follower.drained;
      const from = place.fact;
      const facts = await source.facts(from, limits.liveFactsPage).catch(() => undefined);
      if (facts === undefined) {
        await new Promise<void>((resolve) => clock.after(limits.liveRetryMs, resolve));
        continue;
      }
      if (place.fact !== from) continue;
      for (const fact of facts) {
        follower.send(factMessage(fact));
        place.fact = fact.sequence;
      }
      // Nothing after it although there should be: the journal is other than it was, and a new connection begins anew.
      if (facts.length === 0) break;
    }
    place.catchingUp = false;
  }

  #sendAll(message: Uint8Array): void {
    for (const follower of [...this.#followers.keys()]) follower.send(message);
  }
}
