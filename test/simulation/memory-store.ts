import type { Aggregate, Fact } from '#core/model.ts';
import type { InboxMessage, LeasedNotification, PlanVersion, Settlement, Store } from '#core/store.ts';
import { WatchbillError } from '#kernel/error-codes.ts';
import type { Instant } from '#kernel/instant.ts';

export interface MemoryNotification {
  readonly row: Omit<LeasedNotification, 'attempt' | 'fence' | 'mayRepeat'>;
  state: 'pending' | 'leased' | Settlement['outcome']['state'];
  attempt: number;
  fence: number;
  mayRepeat: boolean;
  dueAt: Instant | undefined;
}

interface PlanRows {
  lease: { owner: string; epoch: number; until: Instant } | undefined;
  readonly aggregates: Map<string, Aggregate>;
  readonly facts: { readonly sequence: number; readonly fact: Fact }[];
  readonly notifications: Map<string, MemoryNotification>;
  readonly versions: Map<number, PlanVersion>;
  version: number;
  exportedUpTo: number;
}

/** What PostgreSQL would hold, in memory. Every call takes effect at once and whole. */
export class MemoryStore implements Store {
  readonly plans = new Map<string, PlanRows>();
  readonly inbox = new Map<string, InboxMessage>();
  /** False is a bug on purpose: messages overtake earlier ones of the same alert. */
  keepsOrder = true;

  of(plan: string): PlanRows {
    let rows = this.plans.get(plan);
    if (rows === undefined) {
      rows = {
        lease: undefined,
        aggregates: new Map(),
        facts: [],
        notifications: new Map(),
        versions: new Map(),
        version: 0,
        exportedUpTo: 0,
      };
      this.plans.set(plan, rows);
    }
    return rows;
  }

  async acquireLease(plan: string, owner: string, now: Instant, lengthMs: number): Promise<number | undefined> {
    const rows = this.of(plan);
    const { lease } = rows;
    if (lease === undefined) rows.lease = { owner, epoch: 1, until: now + lengthMs };
    else if (lease.owner === owner) lease.until = now + lengthMs;
    else if (lease.until <= now) rows.lease = { owner, epoch: lease.epoch + 1, until: now + lengthMs };
    else return undefined;
    return rows.lease?.epoch;
  }

  async releaseLease(plan: string, owner: string, epoch: number): Promise<void> {
    const { lease } = this.of(plan);
    if (lease === undefined || lease.owner !== owner || lease.epoch !== epoch) return;
    lease.owner = '';
    lease.until = Number.NEGATIVE_INFINITY;
  }

  async loadAggregates(plan: string, resolvedSince: Instant): Promise<readonly Aggregate[]> {
    return [...this.of(plan).aggregates.values()].filter(
      (row) => row.dueAt !== undefined || (endOf(row) ?? Number.POSITIVE_INFINITY) >= resolvedSince,
    );
  }

  async commit(commit: Parameters<Store['commit']>[0]): ReturnType<Store['commit']> {
    const rows = this.of(commit.plan);
    if (rows.lease?.epoch !== commit.epoch) return { state: 'fenced' };
    const { planVersion } = commit;
    if (planVersion !== undefined) {
      if (rows.versions.has(planVersion.version)) throw new WatchbillError('version-conflict', 'This version exists.');
      rows.versions.set(planVersion.version, planVersion);
      rows.version = planVersion.version;
    }
    for (const { kind, key } of commit.removals) rows.aggregates.delete(`${kind} ${key}`);
    for (const row of commit.changes) rows.aggregates.set(`${row.kind} ${row.key}`, row);
    const firstFact = rows.facts.length + 1;
    for (const fact of commit.facts) this.#record(rows, fact);
    for (const intent of commit.notifications) {
      const id = notificationId(commit.plan, intent.identity);
      if (rows.notifications.has(id)) continue;
      rows.notifications.set(id, {
        row: { id, plan: commit.plan, ...intent },
        state: 'pending',
        attempt: 0,
        fence: 0,
        mayRepeat: false,
        dueAt: intent.createdAt,
      });
    }
    return { state: 'committed', firstFact };
  }

  async claimNotifications(claim: Parameters<Store['claimNotifications']>[0]): Promise<readonly LeasedNotification[]> {
    const rows = this.of(claim.plan);
    if (rows.lease?.epoch !== claim.epoch) return [];
    const due = this.#heads(rows)
      .filter(
        ({ state, dueAt, row }) =>
          dueAt !== undefined &&
          (state === 'pending' || dueAt <= claim.now) &&
          claim.exceptChannels?.includes(row.identity.channel) !== true,
      )
      .sort((left, right) => (left.dueAt ?? 0) - (right.dueAt ?? 0))
      .slice(0, claim.limit);
    return due.map((entry) => {
      entry.mayRepeat ||= entry.state === 'leased';
      entry.state = 'leased';
      entry.attempt += 1;
      entry.fence += 1;
      entry.dueAt = claim.now + claim.leaseMs;
      return { ...entry.row, attempt: entry.attempt, fence: entry.fence, mayRepeat: entry.mayRepeat };
    });
  }

  async settleNotification(settlement: Settlement): Promise<'settled' | 'stale'> {
    const rows = this.of(settlement.plan);
    const entry = rows.notifications.get(settlement.id);
    if (entry === undefined || entry.state !== 'leased' || entry.fence !== settlement.fence) return 'stale';
    const { outcome } = settlement;
    entry.state = outcome.state;
    entry.dueAt = outcome.state === 'retry_at' ? outcome.retryAt : undefined;
    this.#record(rows, settlement.fact);
    return 'settled';
  }

  async nextNotificationDue(plan: string): Promise<Instant | undefined> {
    let next: Instant | undefined;
    for (const { dueAt } of this.#heads(this.of(plan))) {
      if (dueAt !== undefined && (next === undefined || dueAt < next)) next = dueAt;
    }
    return next;
  }

  async putInbox(message: InboxMessage): Promise<void> {
    if (!this.inbox.has(message.id)) this.inbox.set(message.id, message);
  }

  /** The first unsettled message of each episode, recipient and channel: the others wait for it. */
  #heads(rows: PlanRows): readonly MemoryNotification[] {
    const unsettled = [...rows.notifications.values()].filter(({ dueAt }) => dueAt !== undefined);
    if (!this.keepsOrder) return unsettled;
    const heads = new Map<string, MemoryNotification>();
    for (const entry of unsettled) {
      const queue = queueOf(entry.row.identity);
      if (!heads.has(queue)) heads.set(queue, entry);
    }
    return [...heads.values()];
  }

  #record(rows: PlanRows, fact: Fact): void {
    rows.facts.push({ sequence: rows.facts.length + 1, fact });
  }
}

/** When a row ended of which the core has nothing more to do. */
function endOf(row: Aggregate): Instant | undefined {
  if (row.kind === 'alert') return row.resolvedAt;
  return row.kind === 'silence' ? row.ended?.at : undefined;
}

/** Messages of the same queue leave one after the other. */
export function queueOf({ episode, recipient, channel }: LeasedNotification['identity']): string {
  return JSON.stringify([episode, recipient, channel]);
}

function notificationId(plan: string, identity: LeasedNotification['identity']): string {
  const { episode, policyVersion, cycle, step, recipient, channel } = identity;
  return [plan, episode, policyVersion, cycle, step, recipient, channel].join('|');
}
