import type pg from 'pg';
import { AGGREGATE_SCHEMA, type Aggregate } from '#core/model.ts';
import type { InboxMessage, LeasedNotification, Settlement, Store } from '#core/store.ts';
import { upgradeAggregate } from '#core/upgrade.ts';
import { WatchbillError } from '#kernel/error-codes.ts';
import type { Instant } from '#kernel/instant.ts';
import { commitAll } from './commit.ts';
import { type NotificationRow, readNotification } from './notification-row.ts';
import { storable, timestamp, timestampOrNull } from './pool.ts';

/** A new owner gets the next epoch; the present one keeps its own, also when its lease ran out and nobody took over. */
const ACQUIRE = `
insert into plan_lease as lease (plan, owner, epoch, until) values ($1, $2, 1, $4)
on conflict (plan) do update set
  epoch = case when lease.owner = excluded.owner then lease.epoch else lease.epoch + 1 end,
  owner = excluded.owner,
  until = excluded.until
where lease.owner = excluded.owner or lease.until <= $3
returning epoch`;

/** The nameless owner is nobody's, so the next one gets a new epoch. */
const RELEASE = `update plan_lease set owner = '', until = '-infinity' where plan = $1 and owner = $2 and epoch = $3`;

const LOAD = `
select kind, key, schema, state from aggregate
where plan = $1 and (open or ended_at >= $2) order by kind, key`;

/**
 * An earlier message of the same episode to the same recipient by the same channel is not settled. Positions grow from
 * commit to commit of a plan, so no earlier one can appear after this was asked.
 */
const HAS_TO_WAIT = `exists (
    select from notification earlier
    where earlier.queue = n.queue and earlier.position < n.position and earlier.due_at is not null
  )`;

/**
 * A lease that ran out ends its attempt as unknown: the message may have left. `skip locked` lets several workers claim side
 * by side without ever getting the same row.
 */
const CLAIM = `
with due as (
  select id, state from notification n
  where plan = $1 and due_at is not null and (state = 'pending' or due_at <= $3)
    and exists (select from plan_lease where plan = $1 and epoch = $2)
    and channel <> all ($6::text[])
    and not ${HAS_TO_WAIT}
  order by due_at, position
  limit $5
  for update of n skip locked
), claimed as (
  update notification n set state = 'leased', lease_until = $4, retry_at = null, attempt = attempt + 1,
    fence = fence + 1, may_repeat = may_repeat or due.state = 'leased'
  from due where n.id = due.id
  returning n.*
), abandoned as (
  update notification_attempt a set ended_at = $3, outcome = 'unknown', problem = 'lease-expired'
  from claimed where a.notification = claimed.id and a.attempt = claimed.attempt - 1 and a.outcome is null
), begun as (
  insert into notification_attempt (notification, attempt, started_at) select id, attempt, $3 from claimed
)
select * from claimed order by position`;

const NEXT_DUE = `
select due_at as due from notification n
where plan = $1 and due_at is not null and not ${HAS_TO_WAIT}
order by due_at limit 1`;

const SETTLE = `
with settled as (
  update notification set state = $4, retry_at = $5, receipt = $6, problem = $7, lease_until = null,
    settled_at = case when $4 = 'retry_at' then null else $8::timestamptz end
  where id = $1 and plan = $2 and fence = $3 and state = 'leased'
  returning id, attempt
), attempted as (
  update notification_attempt a set ended_at = $8, outcome = $4, problem = $7
  from settled where a.notification = settled.id and a.attempt = settled.attempt
), numbered as (
  update plan_lease set next_fact = next_fact + 1 from settled where plan = $2 returning next_fact - 1 as sequence
)
insert into fact (plan, sequence, at, kind, subject, reason, body)
select $2, sequence, $9, $10, $11, $12, $13::json from numbered
returning sequence`;

interface LeasedRow extends NotificationRow {
  readonly plan: string;
  readonly attempt: number;
  readonly fence: number;
}

function leased(row: LeasedRow): LeasedNotification {
  return { ...readNotification(row), plan: row.plan, content: row.content, attempt: row.attempt, fence: row.fence };
}

/** The engine's store on PostgreSQL. The pool has to be one of `openPool`, whose columns come back as instants and numbers. */
export function createPostgresStore(pool: pg.Pool): Store {
  return {
    async acquireLease(plan, owner, now, lengthMs) {
      const result = await pool.query<{ epoch: number }>({
        name: 'acquire',
        text: ACQUIRE,
        values: [plan, owner, timestamp(now), timestamp(now + lengthMs)],
      });
      return result.rows[0]?.epoch;
    },

    async releaseLease(plan, owner, epoch) {
      await pool.query(RELEASE, [plan, owner, epoch]);
    },

    async loadAggregates(plan, resolvedSince) {
      const result = await pool.query<{ key: string; schema: number; state: Aggregate }>(LOAD, [
        plan,
        timestamp(resolvedSince),
      ]);
      return result.rows.map((row) => {
        if (row.schema > AGGREGATE_SCHEMA) {
          throw new WatchbillError('schema-too-new', `${row.key} was written by a newer Watchbill`, plan);
        }
        return upgradeAggregate(row.schema, row.state);
      });
    },

    commit: (commit) => commitAll(pool, commit),

    async claimNotifications({ plan, epoch, now, leaseMs, limit, exceptChannels = [] }) {
      const result = await pool.query<LeasedRow>({
        name: 'claim',
        text: CLAIM,
        values: [plan, epoch, timestamp(now), timestamp(now + leaseMs), limit, exceptChannels],
      });
      return result.rows.map(leased);
    },

    async settleNotification(settlement) {
      const result = await pool.query({ name: 'settle', text: SETTLE, values: settlementValues(settlement) });
      return result.rowCount === 1 ? 'settled' : 'stale';
    },

    async nextNotificationDue(plan) {
      const result = await pool.query<{ due: Instant }>({
        name: 'next-due',
        text: NEXT_DUE,
        values: [plan],
      });
      return result.rows[0]?.due;
    },

    async putInbox(message: InboxMessage) {
      await pool.query(
        `insert into inbox (id, plan, person, at, title, body, alert) values ($1, $2, $3, $4, $5, $6, $7)
         on conflict (id) do nothing`,
        [
          message.id,
          message.plan,
          message.person,
          timestamp(message.at),
          storable(message.title),
          storable(message.text),
          message.alert,
        ],
      );
    },
  };
}

function settlementValues({ plan, id, fence, at, outcome, fact }: Settlement): readonly unknown[] & unknown[] {
  return [
    id,
    plan,
    fence,
    outcome.state,
    outcome.state === 'retry_at' ? timestampOrNull(outcome.retryAt) : null,
    'receipt' in outcome && outcome.receipt !== undefined ? storable(outcome.receipt) : null,
    'problem' in outcome ? storable(outcome.problem) : null,
    timestamp(at),
    timestamp(fact.at),
    fact.kind,
    fact.subject,
    fact.reason,
    JSON.stringify(fact.body),
  ];
}
