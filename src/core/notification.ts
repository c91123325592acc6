import type { DurationMs, Instant } from '#kernel/instant.ts';
import type { GroupKey } from '#plan/reading.ts';
import type { Evidence } from './model.ts';

/** One message to one recipient by one channel: becomes a row of the queue. */
export interface NotificationIntent {
  /** The identity of a page; the store holds it unique. */
  readonly identity: NotificationIdentity;
  readonly rule: string;
  readonly severity: string;
  readonly createdAt: Instant;
  /** What channels render from; no addresses. */
  readonly content: NotificationContent;
}

export interface NotificationIdentity {
  /** Alert id. */
  readonly episode: string;
  /** Plan version whose policy it follows. */
  readonly policyVersion: number;
  /** 0 for the first, n for the nth repeat. */
  readonly cycle: number;
  readonly step: 'fired' | 'repeated' | 'flapping' | 'resolved';
  /** Person's name, or the address as the plan writes it, such as `webhook:shop`, for a recipient that is no person. */
  readonly recipient: string;
  /** Name of the channel binding, `app` for the inbox. */
  readonly channel: string;
}

export interface NotificationContent {
  readonly plan: string;
  readonly planTitle: string;
  readonly alert: string;
  readonly rule: string;
  readonly group: GroupKey;
  readonly severity: string;
  readonly state: 'firing' | 'resolved';
  readonly step: NotificationIdentity['step'];
  readonly openedAt: Instant;
  readonly resolvedAt?: Instant;
  readonly condition: string;
  readonly evidence: readonly Evidence[];
  readonly runbook?: string;
  readonly repeatMs: DurationMs;
}
