import { createHash } from 'node:crypto';
import type pg from 'pg';
import { AGGREGATE_SCHEMA, type Aggregate } from '#core/model.ts';
import type { NotificationIdentity } from '#core/notification.ts';
import type { Commit } from '#core/store.ts';
import { WatchbillError } from '#kernel/error-codes.ts';
import type { Instant } from '#kernel/instant.ts';
import { NOTIFICATION_CHANNEL } from './listener.ts';
import { timestamp, timestampOrNull } from './pool.ts';

/**
 * A whole commit is one statement, so it costs one round trip and one flush to disk, and is atomic without `begin`.
 * The update of the lease row comes first: it is empty when the epoch is not the plan's, and then every other part, which reads from
 * it, writes nothing. It also holds the row's lock, so that no other owner can take the plan in between, and numbers facts and messages.
 */
const COMMIT = `
with fence as (
  update plan_lease set next_fact = next_fact + cardinality($5::text[]),
    next_notification = next_notification + cardinality($10::text[])
  where plan = $1 and epoch = $2
  returning next_fact - cardinality($5::text[]) as first,
    next_notification - cardinality($10::text[]) as first_notification
), removed as (
  delete from aggregate using unnest($20::text[], $21::text[]) as gone (kind, key), fence
  where aggregate.plan = $1 and aggregate.kind = gone.kind and aggregate.key = gone.key
), changed as (
  insert into aggregate (plan, kind, key, schema, state, open, due_at, ended_at, updated_at, rule, severity)
  select $1, kind, key, $3, state::json, open, due_at, ended_at, $4, rule, severity
  from fence, unnest($14::text[], $15::text[], $16::text[], $17::boolean[], $18::timestamptz[], $19::timestamptz[],
    $32::text[], $33::text[])
    as row (kind, key, state, open, due_at, ended_at, rule, severity)
  on conflict (plan, kind, key) do update set
    version = aggregate.version + 1, schema = excluded.schema, state = excluded.state, open = excluded.open,
    due_at = excluded.due_at, ended_at = excluded.ended_at, updated_at = excluded.updated_at, rule = excluded.rule,
    severity = excluded.severity
), recorded as (
  insert into fact (plan, sequence, at, kind, subject, reason, body)
  select $1, fence.first + row.position - 1, at, kind, subject, reason, body::json
  from fence, unnest($6::timestamptz[], $5::text[], $7::text[], $8::text[], $9::text[])
    with ordinality as row (at, kind, subject, reason, body, position)
), queued as (
  insert into notification (id, plan, episode, policy_version, cycle, step, recipient, channel, rule, severity,
    content, created_at, position)
  select id, $1, episode, policy_version, cycle, step, recipient, channel, rule, severity, content::json, created_at,
    fence.first_notification + row.position - 1
  from fence, unnest($10::text[], $11::text[], $12::text[], $13::text[], $22::text[], $23::timestamptz[],
    $27::integer[], $28::integer[], $29::text[], $30::text[], $31::text[])
    with ordinality
    as row (id, episode, rule, severity, content, created_at, policy_version, cycle, step, recipient, channel, position)
  on conflict do nothing
  returning 1
), planned as (
  insert into plan (name, current_version, created_at)
  select $1, $24::integer, $4 from fence where $24::integer is not null
  on conflict (name) do update set current_version = excluded.current_version
), versioned as (
  insert into plan_version (plan, version, files, applied_at, applied_by)
  select $1, $24::integer, $25::json, $4, $26::text from fence where $24::integer is not null
)
select fence.first,
  (select pg_notify('${NOTIFICATION_CHANNEL}', $1) where exists (select from queued)) as woken
from fence`;

/**
 * Whether the core still has something to do with the row, and when an alert or a silence ended, which is all that the table itself has
 * to know of a state. An alert that has ended is open as long as something of it is due: the end of a flapping spell.
 */
function row(aggregate: Aggregate): { readonly open: boolean; readonly endedAt?: Instant } {
  if (aggregate.kind === 'silence') {
    return aggregate.ended === undefined ? { open: true } : { open: false, endedAt: aggregate.ended.at };
  }
  if (aggregate.kind !== 'alert' || aggregate.state !== 'resolved') return { open: true };
  const open = aggregate.dueAt !== undefined;
  return { open, ...(aggregate.resolvedAt === undefined ? {} : { endedAt: aggregate.resolvedAt }) };
}

/** Derived from the identity, so that the same page has the same id wherever it is computed: the provider's deduplication key. */
export function notificationId(plan: string, identity: NotificationIdentity): string {
  const text = JSON.stringify([
    plan,
    identity.episode,
    identity.policyVersion,
    identity.cycle,
    identity.step,
    identity.recipient,
    identity.channel,
  ]);
  return `ntf_${createHash('sha256').update(text).digest('hex').slice(0, 32)}`;
}

/** Only the last state of a row counts, and a row cannot be written twice in one statement. */
function lastOfEach(changes: readonly Aggregate[]): readonly Aggregate[] {
  return [...new Map(changes.map((change) => [`${change.kind} ${change.key}`, change])).values()];
}

/** See `Store.commit`. Throws `version-conflict` when the commit's plan version exists already. */
export async function commitAll(
  pool: pg.Pool,
  commit: Commit,
): Promise<{ readonly state: 'committed'; readonly firstFact: number } | { readonly state: 'fenced' }> {
  const { facts, notifications, removals, planVersion } = commit;
  const changes = lastOfEach(commit.changes);
  const rows = changes.map(row);
  const values = [
    commit.plan,
    commit.epoch,
    AGGREGATE_SCHEMA,
    timestamp(commit.at),
    facts.map((fact) => fact.kind),
    facts.map((fact) => timestamp(fact.at)),
    facts.map((fact) => fact.subject),
    facts.map((fact) => fact.reason),
    facts.map((fact) => JSON.stringify(fact.body)),
    notifications.map((intent) => notificationId(commit.plan, intent.identity)),
    notifications.map((intent) => intent.identity.episode),
    notifications.map((intent) => intent.rule),
    notifications.map((intent) => intent.severity),
    changes.map((change) => change.kind),
    changes.map((change) => change.key),
    changes.map((change) => JSON.stringify(change)),
    rows.map(({ open }) => open),
    changes.map((change) => timestampOrNull(change.dueAt)),
    rows.map(({ endedAt }) => timestampOrNull(endedAt)),
    removals.map((removal) => removal.kind),
    removals.map((removal) => removal.key),
    notifications.map((intent) => JSON.stringify(intent.content)),
    notifications.map((intent) => timestamp(intent.createdAt)),
    planVersion?.version ?? null,
    planVersion === undefined ? null : JSON.stringify(planVersion.files),
    planVersion?.appliedBy ?? null,
    notifications.map((intent) => intent.identity.policyVersion),
    notifications.map((intent) => intent.identity.cycle),
    notifications.map((intent) => intent.identity.step),
    notifications.map((intent) => intent.identity.recipient),
    notifications.map((intent) => intent.identity.channel),
    changes.map((change) => (change.kind === 'alert' ? change.rule : null)),
    changes.map((change) => (change.kind === 'alert' ? change.severity : null)),
  ];
  try {
    const result = await pool.query<{ first: number }>({ name: 'commit', text: COMMIT, values });
    const first = result.rows[0]?.first;
    return first === undefined ? { state: 'fenced' } : { state: 'committed', firstFact: first };
  } catch (problem) {
    if (isConflict(problem, 'plan_version_pkey')) {
      throw new WatchbillError(
        'version-conflict',
        `Version ${planVersion?.version} of plan ${commit.plan} exists already`,
      );
    }
    throw problem;
  }
}

/** True for a violated unique constraint of this name. */
function isConflict(problem: unknown, constraint: string): boolean {
  if (!(problem instanceof Error)) return false;
  const { code, constraint: name } = problem as Error & { readonly code?: string; readonly constraint?: string };
  return code === '23505' && name === constraint;
}
