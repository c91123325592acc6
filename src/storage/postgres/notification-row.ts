import type { NotificationContent, NotificationIdentity } from '#core/notification.ts';
import type { Instant } from '#kernel/instant.ts';

/** What every query of the table `notification` gives. */
export interface NotificationRow {
  readonly id: string;
  readonly episode: string;
  readonly policy_version: number;
  readonly cycle: number;
  readonly step: NotificationIdentity['step'];
  readonly recipient: string;
  readonly channel: string;
  readonly rule: string;
  readonly severity: string;
  readonly content: NotificationContent;
  readonly created_at: Instant;
  readonly may_repeat: boolean;
}

/** The parts of a notification that its row and everything about it have in common. */
export function readNotification(row: Omit<NotificationRow, 'content'>): {
  readonly id: string;
  readonly identity: NotificationIdentity;
  readonly rule: string;
  readonly severity: string;
  readonly createdAt: Instant;
  readonly mayRepeat: boolean;
} {
  return {
    id: row.id,
    identity: {
      episode: row.episode,
      policyVersion: row.policy_version,
      cycle: row.cycle,
      step: row.step,
      recipient: row.recipient,
      channel: row.channel,
    },
    rule: row.rule,
    severity: row.severity,
    createdAt: row.created_at,
    mayRepeat: row.may_repeat,
  };
}
