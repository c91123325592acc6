import type pg from 'pg';
import type { Instant } from '#kernel/instant.ts';
import { limits } from '#kernel/limits.ts';
import { withOurFailures } from './our-failures.ts';
import { timestamp } from './pool.ts';

/** `open` until somebody says otherwise; `resolved` until it is seen again; `ignored` whatever happens. */
export type ErrorState = 'open' | 'resolved' | 'ignored';

/** What is kept of a group of errors. */
export interface ErrorGroupRecord {
  readonly fingerprint: string;
  readonly firstSeen: Instant;
  readonly lastSeen: Instant;
  readonly state: ErrorState;
  readonly changedAt?: Instant;
  readonly changedBy?: string;
  readonly inNextRelease: boolean;
  /** When it was seen again after it had been resolved. */
  readonly regressedAt?: Instant;
  /** 1 for a group of which nobody has said anything yet. */
  readonly version: number;
}

/** When a group was seen within a time. */
export interface SeenErrors {
  readonly fingerprint: string;
  readonly first: Instant;
  readonly last: Instant;
}

export interface ErrorStateChange {
  readonly fingerprint: string;
  readonly state: ErrorState;
  readonly inNextRelease: boolean;
  readonly at: Instant;
  readonly by: string;
  readonly expectedVersion: number;
  /** For a group that was seen a moment ago and is not kept yet. */
  readonly seen: SeenErrors;
}

export interface ErrorGroups {
  find(plan: string, fingerprints: readonly string[]): Promise<readonly ErrorGroupRecord[]>;
  /** Groups that are in one of these states. */
  inStates(plan: string, states: readonly ErrorState[]): Promise<readonly string[]>;
  /** Widens the times of groups, and makes those that are new. */
  see(plan: string, seen: readonly SeenErrors[]): Promise<void>;
  /** Opens resolved groups again; one that changed since is left as it is. Gives those that were opened. */
  regress(plan: string, groups: readonly ErrorGroupRecord[], at: Instant): Promise<readonly string[]>;
  /** The group as it is then; undefined when it is not at the expected version. */
  change(plan: string, change: ErrorStateChange): Promise<ErrorGroupRecord | undefined>;
  lookedTo(plan: string): Promise<Instant | undefined>;
  noteLook(plan: string, to: Instant): Promise<void>;
}

/** Groups of errors in PostgreSQL. Throw `not-ready` while it is away. */
export function createErrorGroups(pool: pg.Pool): ErrorGroups {
  return withOurFailures<ErrorGroups>({
    find: async (plan, fingerprints) => {
      const found = await pool.query<Row>('select * from error_group where plan = $1 and fingerprint = any($2)', [
        plan,
        fingerprints,
      ]);
      return found.rows.map(record);
    },
    inStates: async (plan, states) => {
      const found = await pool.query<{ readonly fingerprint: string }>(
        'select fingerprint from error_group where plan = $1 and state = any($2) order by last_seen desc limit $3',
        [plan, states, limits.errorGroupsPerPlan],
      );
      return found.rows.map(({ fingerprint }) => fingerprint);
    },
    see: (plan, seen) => see(pool, plan, seen),
    regress: async (plan, groups, at) => {
      const opened = await pool.query<{ readonly fingerprint: string }>(
        `update error_group set state = 'open', regressed_at = $4, changed_at = $4, changed_by = null, in_next_release = false,
           version = error_group.version + 1
         from unnest($2::text[], $3::integer[]) as wanted (fingerprint, version)
         where error_group.plan = $1 and error_group.fingerprint = wanted.fingerprint and error_group.version = wanted.version
           and error_group.state = 'resolved'
         returning error_group.fingerprint`,
        [plan, groups.map(({ fingerprint }) => fingerprint), groups.map(({ version }) => version), timestamp(at)],
      );
      return opened.rows.map(({ fingerprint }) => fingerprint);
    },
    change: async (plan, change) => {
      const { fingerprint, state, inNextRelease, at, by, expectedVersion, seen } = change;
      await see(pool, plan, [seen]);
      const changed = await pool.query<Row>(
        `update error_group set state = $3, in_next_release = $4, changed_at = $5, changed_by = $6, version = version + 1,
           regressed_at = case when $3 = 'open' then regressed_at end
         where plan = $1 and fingerprint = $2 and version = $7 returning *`,
        [plan, fingerprint, state, inNextRelease, timestamp(at), by, expectedVersion],
      );
      const [row] = changed.rows;
      return row === undefined ? undefined : record(row);
    },
    lookedTo: async (plan) => {
      const found = await pool.query<{ readonly looked_to: Instant }>(
        'select looked_to from error_look where plan = $1',
        [plan],
      );
      return found.rows[0]?.looked_to;
    },
    noteLook: async (plan, to) => {
      await pool.query(
        `insert into error_look (plan, looked_to) values ($1, $2)
         on conflict (plan) do update set looked_to = greatest(error_look.looked_to, excluded.looked_to)`,
        [plan, timestamp(to)],
      );
    },
  });
}

async function see(pool: pg.Pool, plan: string, seen: readonly SeenErrors[]): Promise<void> {
  if (seen.length === 0) return;
  await pool.query(
    `insert into error_group (plan, fingerprint, first_seen, last_seen)
     select $1, fingerprint, first, last from unnest($2::text[], $3::timestamptz[], $4::timestamptz[]) as seen (fingerprint, first, last)
     on conflict (plan, fingerprint) do update set first_seen = least(error_group.first_seen, excluded.first_seen),
       last_seen = greatest(error_group.last_seen, excluded.last_seen)`,
    [
      plan,
      seen.map(({ fingerprint }) => fingerprint),
      seen.map(({ first }) => timestamp(first)),
      seen.map(({ last }) => timestamp(last)),
    ],
  );
  await pool.query(
    `delete from error_group where plan = $1 and fingerprint in (
       select fingerprint from error_group where plan = $1 order by last_seen desc, fingerprint offset $2)`,
    [plan, limits.errorGroupsPerPlan],
  );
}

interface Row {
  readonly fingerprint: string;
  readonly first_seen: Instant;
  readonly last_seen: Instant;
  readonly state: ErrorState;
  readonly changed_at: Instant | null;
  readonly changed_by: string | null;
  readonly in_next_release: boolean;
  readonly regressed_at: Instant | null;
  readonly version: number;
}

function record(row: Row): ErrorGroupRecord {
  return {
    fingerprint: row.fingerprint,
    firstSeen: row.first_seen,
    lastSeen: row.last_seen,
    state: row.state,
    ...(row.changed_at === null ? {} : { changedAt: row.changed_at }),
    ...(row.changed_by === null ? {} : { changedBy: row.changed_by }),
    inNextRelease: row.in_next_release,
    ...(row.regressed_at === null ? {} : { regressedAt: row.regressed_at }),
    version: row.version,
  };
}
