import type { DurationMs, Instant } from '#kernel/instant.ts';
import type { Aggregate, AggregateKind, Fact } from './model.ts';
import type { NotificationContent, NotificationIdentity, NotificationIntent } from './notification.ts';

/**
 * The port to PostgreSQL as the engine sees it: whole transactions, never statements. Implemented on `pg` in
 * `storage/`, and in memory by the simulation; both pass the same conformance suite.
 */
export interface Store {
  /** Takes or renews the ownership of a plan. Epochs only grow; undefined while another owner's lease runs. */
  acquireLease(plan: string, owner: string, now: Instant, lengthMs: DurationMs): Promise<number | undefined>;

  /** Gives a lease up early, so that a successor does not wait. */
  releaseLease(plan: string, owner: string, epoch: number): Promise<void>;

  /**
   * Everything open, and alerts resolved and silences ended at or after `resolvedSince`, or of which something is still due. Rows of an
   * older shape are brought up to the present one.
   */
  loadAggregates(plan: string, resolvedSince: Instant): Promise<readonly Aggregate[]>;

  /**
   * Rows, facts and notifications in one transaction; `fenced` when the epoch is no longer the plan's, and then nothing is
   * written. A notification whose identity exists already is left as it is. Returns the sequence numbers of the facts.
   */
  commit(
    commit: Commit,
  ): Promise<{ readonly state: 'committed'; readonly firstFact: number } | { readonly state: 'fenced' }>;

  /**
   * Claims due notifications: `pending`, `retry_at` reached, or leased with the lease run out. Each gets a lease, a new fence and
   * the attempt counted. Concurrent claims never return the same row. Only under the plan's current epoch.
   *
   * Never one of which an earlier one of the same plan, episode, recipient and channel is not settled (`accepted`, `delivered`,
   * `failed`): nobody hears of an end before the beginning. Earlier is what was committed earlier, or stood earlier in its commit.
   */
  claimNotifications(claim: {
    readonly plan: string;
    readonly epoch: number;
    readonly now: Instant;
    readonly leaseMs: DurationMs;
    readonly limit: number;
    /** Channels whose messages are left for later, since enough of them are on their way. */
    readonly exceptChannels?: readonly string[];
  }): Promise<readonly LeasedNotification[]>;

  /** Writes the outcome of an attempt with its fact, if the fence is still ours; `stale` changes nothing. */
  settleNotification(settlement: Settlement): Promise<'settled' | 'stale'>;

  /**
   * The earliest instant at which `claimNotifications` would find something, one that waits for an earlier one left out; undefined
   * when the queue is idle.
   */
  nextNotificationDue(plan: string): Promise<Instant | undefined>;

  /** Puts one message in a person's inbox; the same identity twice is one message. */
  putInbox(message: InboxMessage): Promise<void>;
}

export interface Commit {
  readonly plan: string;
  readonly epoch: number;
  readonly at: Instant;
  readonly changes: readonly Aggregate[];
  readonly removals: readonly { readonly kind: AggregateKind; readonly key: string }[];
  readonly facts: readonly Fact[];
  readonly notifications: readonly NotificationIntent[];
  /**
   * The plan version that this commit applies, so that a version and the facts of its applying are there together or not at all.
   * A version that exists already throws `version-conflict`, and nothing is written.
   */
  readonly planVersion?: PlanVersion;
}

/** The plan's text as it was applied. */
export interface PlanVersion {
  readonly version: number;
  readonly files: readonly { readonly path: string; readonly text: string }[];
  readonly appliedBy: string;
}

export interface LeasedNotification {
  /** Stable for the notification's life; the provider's deduplication key. */
  readonly id: string;
  readonly plan: string;
  readonly identity: NotificationIdentity;
  readonly rule: string;
  readonly severity: string;
  readonly content: NotificationContent;
  readonly createdAt: Instant;
  /** 1 for the first attempt. */
  readonly attempt: number;
  readonly fence: number;
  /** True when an earlier lease ended without a result: the message may have left already. */
  readonly mayRepeat: boolean;
}

export interface Settlement {
  readonly plan: string;
  readonly id: string;
  readonly fence: number;
  readonly at: Instant;
  readonly outcome:
    | { readonly state: 'accepted' | 'delivered'; readonly receipt?: string }
    | { readonly state: 'retry_at'; readonly retryAt: Instant; readonly problem: string }
    | { readonly state: 'failed'; readonly problem: string };
  readonly fact: Fact;
}

export interface InboxMessage {
  /** The notification's id. */
  readonly id: string;
  readonly plan: string;
  readonly person: string;
  readonly at: Instant;
  readonly title: string;
  readonly text: string;
  readonly alert: string;
}
