import type { Attempt } from '#channels/channel.ts';
import type { DecisionReason, FactKind } from '#core/model.ts';
import type { LeasedNotification, Settlement } from '#core/store.ts';
import type { Instant } from '#kernel/instant.ts';
import { limits } from '#kernel/limits.ts';
import { backoffMs } from './backoff.ts';

/** What became of an attempt, also one that could not be made at all. */
export type AttemptResult =
  | Attempt
  | {
      readonly outcome: 'impossible';
      readonly reason: 'channel-removed' | 'recipient-has-no-channel';
      readonly problem: string;
    }
  /** Nothing was sent, and a person can mend it: the message waits as for a provider that is away, so that it is not lost meanwhile. */
  | { readonly outcome: 'waiting'; readonly reason: 'secret-missing'; readonly problem: string };

/** What is stored of an attempt: the state of the message, and the fact with its named reason. `fraction` is uniform in [0, 1). */
export function settlementOf(
  notification: LeasedNotification,
  result: AttemptResult,
  now: Instant,
  fraction: number,
): Settlement {
  const { plan, id, fence } = notification;
  const settle = (
    outcome: Settlement['outcome'],
    kind: FactKind,
    reason: DecisionReason,
    more: Readonly<Record<string, unknown>> = {},
  ): Settlement => ({
    plan,
    id,
    fence,
    at: now,
    outcome,
    fact: {
      at: now,
      kind,
      subject: notification.identity.episode,
      reason,
      body: { ...describe(notification), ...more },
    },
  });

  switch (result.outcome) {
    case 'accepted':
    case 'delivered': {
      const receipt = result.receipt === undefined ? {} : { receipt: result.receipt };
      return settle({ state: result.outcome, ...receipt }, 'delivery-accepted', 'provider-accepted', receipt);
    }
    case 'refused':
      return settle({ state: 'failed', problem: result.problem }, 'delivery-failed', 'provider-refused', {
        problem: result.problem,
      });
    case 'impossible':
      return settle({ state: 'failed', problem: result.problem }, 'delivery-failed', result.reason, {
        problem: result.problem,
      });
    case 'waiting':
    case 'retry': {
      const { problem } = result;
      const [because, afterMs] =
        result.outcome === 'waiting' ? ([result.reason, 0] as const) : ([result.because, result.afterMs ?? 0] as const);
      if (notification.attempt >= limits.deliveryAttempts) {
        return settle({ state: 'failed', problem }, 'delivery-failed', 'attempts-exhausted', { problem });
      }
      const ownMs = backoffMs(notification.attempt, limits.deliveryBackoffMs, limits.deliveryBackoffMaxMs, fraction);
      const retryAt = now + Math.max(ownMs, afterMs);
      return settle({ state: 'retry_at', retryAt, problem }, 'delivery-retried', because, { problem, retryAt });
    }
  }
}

function describe(notification: LeasedNotification): Record<string, unknown> {
  const { identity, attempt, id } = notification;
  return {
    notification: id,
    recipient: identity.recipient,
    channel: identity.channel,
    step: identity.step,
    cycle: identity.cycle,
    attempt,
    ...(notification.mayRepeat ? { mayRepeat: true } : {}),
  };
}
