import type pg from 'pg';
import type { NotificationContent, NotificationIdentity } from '#core/notification.ts';
import type { Instant } from '#kernel/instant.ts';
import { type NotificationRow, readNotification } from './notification-row.ts';

/** One notification with what became of it. */
export interface NotificationRecord {
  readonly id: string;
  readonly identity: NotificationIdentity;
  readonly rule: string;
  readonly severity: string;
  readonly content: NotificationContent;
  readonly state: 'pending' | 'leased' | 'accepted' | 'delivered' | 'retry_at' | 'failed' | 'unknown';
  readonly createdAt: Instant;
  readonly settledAt?: Instant;
  readonly retryAt?: Instant;
  readonly mayRepeat: boolean;
  readonly receipt?: string;
  readonly problem?: string;
  readonly attempts: readonly NotificationAttempt[];
}

export interface NotificationAttempt {
  readonly attempt: number;
  readonly startedAt: Instant;
  readonly endedAt?: Instant;
  /** `unknown` when the lease ran out without a result; absent while it runs. */
  readonly outcome?: 'accepted' | 'delivered' | 'retry_at' | 'failed' | 'unknown';
  readonly problem?: string;
}

interface Row extends NotificationRow {
  readonly state: NotificationRecord['state'];
  readonly settled_at: Instant | null;
  readonly retry_at: Instant | null;
  readonly receipt: string | null;
  readonly problem: string | null;
}

interface AttemptRow {
  readonly notification: string;
  readonly attempt: number;
  readonly started_at: Instant;
  readonly ended_at: Instant | null;
  readonly outcome: NonNullable<NotificationAttempt['outcome']> | null;
  readonly problem: string | null;
}

/** The notifications of an episode with every attempt, in the order in which they were made. */
export async function listNotifications(
  pool: pg.Pool,
  plan: string,
  episode: string,
): Promise<readonly NotificationRecord[]> {
  const [notifications, attempts] = await Promise.all([
    pool.query<Row>(
      'select * from notification where plan = $1 and episode = $2 order by created_at, cycle, recipient, channel',
      [plan, episode],
    ),
    pool.query<AttemptRow>(
      `select a.* from notification_attempt a join notification n on n.id = a.notification
       where n.plan = $1 and n.episode = $2 order by a.notification, a.attempt`,
      [plan, episode],
    ),
  ]);
  return notifications.rows.map((row) =>
    record(
      row,
      attempts.rows.filter((attempt) => attempt.notification === row.id),
    ),
  );
}

export interface DeliveryQuery {
  readonly plan: string;
  readonly states?: readonly NotificationRecord['state'][];
  readonly channel?: string;
  readonly recipient?: string;
  /** Id of an alert. */
  readonly alert?: string;
  /** Only those queued before this place: the last one of the page before. */
  readonly before?: number;
  readonly limit: number;
}

/** A notification as the delivery log shows it: how it stands, without what it says and without its single attempts. */
export interface DeliveryRecord extends Omit<NotificationRecord, 'content' | 'attempts'> {
  /** Its place in the plan's queue, counted from 1. */
  readonly position: number;
  /** Attempts so far; the one that runs is counted. */
  readonly attemptCount: number;
}

/** Notifications of a plan, the newest first. */
export async function listDeliveries(pool: pg.Pool, query: DeliveryQuery): Promise<readonly DeliveryRecord[]> {
  const result = await pool.query<Omit<Row, 'content'> & { readonly position: number; readonly attempt: number }>(
    `select id, episode, policy_version, cycle, step, recipient, channel, rule, severity, state, created_at, settled_at,
       retry_at, may_repeat, receipt, problem, position, attempt
     from notification
     where plan = $1 and ($2::text[] is null or state = any ($2)) and ($3::text is null or channel = $3)
       and ($4::text is null or recipient = $4) and ($5::text is null or episode = $5)
       and ($6::bigint is null or position < $6)
     order by position desc limit $7`,
    [
      query.plan,
      query.states ?? null,
      query.channel ?? null,
      query.recipient ?? null,
      query.alert ?? null,
      query.before ?? null,
      query.limit,
    ],
  );
  return result.rows.map((row) => ({ ...standing(row), position: row.position, attemptCount: row.attempt }));
}

/** How many notifications of a plan are in each state. */
export async function countNotifications(
  pool: pg.Pool,
  plan: string,
): Promise<Readonly<Partial<Record<NotificationRecord['state'], number>>>> {
  const result = await pool.query<{ state: NotificationRecord['state']; count: number }>(
    'select state, count(*) as count from notification where plan = $1 group by state order by state',
    [plan],
  );
  return Object.fromEntries(result.rows.map(({ state, count }) => [state, count]));
}

function record(row: Row, attempts: readonly AttemptRow[]): NotificationRecord {
  return {
    ...standing(row),
    content: row.content,
    attempts: attempts.map((attempt) => ({
      attempt: attempt.attempt,
      startedAt: attempt.started_at,
      ...present('endedAt', attempt.ended_at),
      ...present('outcome', attempt.outcome),
      ...present('problem', attempt.problem),
    })),
  };
}

function standing(row: Omit<Row, 'content'>): Omit<NotificationRecord, 'content' | 'attempts'> {
  return {
    ...readNotification(row),
    state: row.state,
    ...present('settledAt', row.settled_at),
    ...present('retryAt', row.retry_at),
    ...present('receipt', row.receipt),
    ...present('problem', row.problem),
  };
}

/** A column as an optional property: absent, not null. */
function present<Name extends string, Value>(name: Name, value: Value | null): { readonly [key in Name]?: Value } {
  return value === null ? {} : ({ [name]: value } as { readonly [key in Name]: Value });
}
