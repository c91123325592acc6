import type { Attempt, Channel } from '#channels/channel.ts';
import type { LeasedNotification, Store } from '#core/store.ts';
import { type DurationMs, type Instant, SECOND_MS } from '#kernel/instant.ts';
import { limits } from '#kernel/limits.ts';
import type { Clock, MailTransport, Random, Transport } from '#kernel/ports.ts';
import { backoffMs } from './backoff.ts';
import { createBell } from './bell.ts';
import type { ResolveSecret } from './channel-settings.ts';
import { describeProblem, type Log } from './log.ts';
import { type MessageLinks, type MessagePlan, type ReadyChannel, readyChannel } from './message-context.ts';
import { type AttemptResult, settlementOf } from './settlement.ts';

export interface DeliveryOptions {
  readonly plan: string;
  readonly store: Store;
  readonly clock: Clock;
  readonly random: Random;
  readonly transport: Transport;
  readonly mail: MailTransport;
  readonly log: Log;
  readonly findChannel: (kind: string) => Channel | undefined;
  readonly resolveSecret: ResolveSecret;
  /** Messages have no links without it. */
  readonly links?: MessageLinks;
  /** What is ours: under which epoch, and the plan in force. Undefined while the plan is not ours. */
  readonly owned: () => { readonly epoch: number; readonly plan: MessagePlan } | undefined;
  /** Called after an outcome was stored, since it stores a fact. */
  readonly onSettled: () => void;
}

export interface Delivery {
  /** There may be something to send. */
  wake(): void;
  /** Claims no more and waits for what is on its way. */
  stop(): Promise<void>;
}

/**
 * Sends what the queue of a plan holds. A message is claimed with a lease and a fence before it is sent, and its outcome is
 * stored only under that fence; a lease that runs out makes it claimable again. Channels do not wait for each other: each
 * has its own bound of messages on their way.
 */
export function createDelivery(options: DeliveryOptions): Delivery {
  const { clock, store, plan, log } = options;
  const bell = createBell(clock);
  const running = new Map<string, Set<Promise<void>>>();
  let failures = 0;
  let stopping = false;

  async function loop(): Promise<void> {
    while (!stopping) {
      let sleepMs: DurationMs = SECOND_MS;
      try {
        sleepMs = await claim();
        failures = 0;
      } catch (caught) {
        failures += 1;
        log('error', 'the queue cannot be read', { plan, problem: describeProblem(caught) });
        const fraction = options.random.fraction();
        sleepMs = backoffMs(failures, limits.storeBackoffMs, limits.storeBackoffMaxMs, fraction);
      }
      if (!stopping) await bell.wait(sleepMs);
    }
    await Promise.all([...running.values()].flatMap((set) => [...set]));
  }

  /** Begins what is due; returns how long to wait before looking again, so short that a jump of the clock is noticed. */
  async function claim(): Promise<DurationMs> {
    const owned = options.owned();
    const now = clock.now();
    if (owned === undefined) return SECOND_MS;
    const claimed = await store.claimNotifications({
      plan,
      epoch: owned.epoch,
      now,
      leaseMs: limits.leaseMs,
      limit: limits.deliveryBatch,
      exceptChannels: [...running].filter(([, set]) => set.size >= limits.deliveriesPerChannel).map(([name]) => name),
    });
    const leased = { until: now + limits.leaseMs, untilMs: clock.monotonicMs() + limits.leaseMs, epoch: owned.epoch };
    for (const notification of claimed) begin(notification, leased);
    if (claimed.length === limits.deliveryBatch) bell.ring();
    const due = await store.nextNotificationDue(plan);
    const untilDueMs = due === undefined ? SECOND_MS : due - now;
    return untilDueMs > 0 ? Math.min(SECOND_MS, untilDueMs) : limits.deliveryPollMs;
  }

  function begin(notification: LeasedNotification, lease: Lease): void {
    const { channel } = notification.identity;
    const set = running.get(channel) ?? new Set();
    running.set(channel, set);
    const attempt = deliver(notification, lease)
      .catch((caught: unknown) => log('error', 'delivery failed', { plan, problem: describeProblem(caught) }))
      .finally(() => {
        // A full channel was left out of the claims, so somebody has to look again.
        const wasFull = set.size >= limits.deliveriesPerChannel;
        set.delete(attempt);
        if (set.size === 0) running.delete(channel);
        if (wasFull) bell.ring();
      });
    set.add(attempt);
  }

  async function deliver(notification: LeasedNotification, lease: Lease): Promise<void> {
    const result = await attempt(notification, lease);
    if (result === undefined) return;
    const settlement = settlementOf(notification, result, clock.now(), options.random.fraction());
    for (let failed = 1; ; failed += 1) {
      try {
        const state = await store.settleNotification(settlement);
        if (state === 'stale') log('warning', 'a message was taken over before its outcome was stored', { plan });
        // A later message of the same alert may have waited for this one.
        else if (settlement.outcome.state !== 'retry_at') bell.ring();
        options.onSettled();
        return;
      } catch (caught) {
        log('error', 'an outcome cannot be stored', { plan, problem: describeProblem(caught) });
        // Once the lease is over the message is somebody else's, who sends it again under the same id.
        const waitMs = backoffMs(failed, limits.storeBackoffMs, limits.storeBackoffMaxMs, options.random.fraction());
        if (!holds(lease, waitMs)) return;
        await pause(waitMs);
      }
    }
  }

  /** Undefined when the lease is too short by now to send under it, e.g. because this process was stopped for a while. */
  async function attempt(notification: LeasedNotification, lease: Lease): Promise<AttemptResult | undefined> {
    const owned = options.owned();
    if (owned === undefined || owned.epoch !== lease.epoch) return undefined;
    const { findChannel, resolveSecret, links } = options;
    const ready = await readyChannel(notification, owned.plan, findChannel, resolveSecret, links);
    if (!ready.ok) return ready.failure;
    if (!holds(lease, limits.egressTimeoutMs)) return undefined;
    return send(ready.value, notification).catch((): Attempt => {
      // A channel that throws is a bug; the page must not be lost by it. Its text may hold a secret.
      log('error', 'a channel failed', { plan, channel: ready.value.channel.spec.kind });
      return {
        outcome: 'retry',
        problem: 'The channel failed; see the log.',
        maySent: true,
        because: 'provider-unreachable',
      };
    });
  }

  async function send({ channel, context }: ReadyChannel, notification: LeasedNotification): Promise<Attempt> {
    return channel.send(notification, {
      ...context,
      transport: options.transport,
      mail: options.mail,
      now: clock.now(),
      timeoutMs: limits.egressTimeoutMs,
      putInbox: (message) => store.putInbox(message),
    });
  }

  /** Whether the lease lasts for `ms` more by both clocks: the wall clock sees a jump, the monotonic one a clock set back. */
  function holds(lease: Lease, ms: number): boolean {
    return clock.now() + ms < lease.until && clock.monotonicMs() + ms < lease.untilMs;
  }

  function pause(ms: number): Promise<void> {
    return new Promise((resolve) => clock.after(ms, resolve));
  }

  const looping = loop();

  return {
    wake: () => bell.ring(),
    async stop() {
      stopping = true;
      bell.ring();
      await looping;
    },
  };
}

interface Lease {
  readonly until: Instant;
  readonly untilMs: number;
  readonly epoch: number;
}
