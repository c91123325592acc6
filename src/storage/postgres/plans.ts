import type pg from 'pg';
import type { PlanVersion } from '#core/store.ts';
import { WatchbillError } from '#kernel/error-codes.ts';
import type { Instant } from '#kernel/instant.ts';
import { inTransaction, timestamp } from './pool.ts';

/** One applied version of a plan's text. */
export interface StoredPlan extends PlanVersion {
  readonly plan: string;
  readonly appliedAt: Instant;
}

const COLUMNS = 'v.plan, v.version, v.files, v.applied_at as "appliedAt", v.applied_by as "appliedBy"';

/** The version in force of every plan, by name. */
export async function currentPlans(pool: pg.Pool): Promise<readonly StoredPlan[]> {
  const result = await pool.query<StoredPlan>(
    `select ${COLUMNS} from plan p join plan_version v on v.plan = p.name and v.version = p.current_version order by p.name`,
  );
  return result.rows;
}

/** All versions of one plan, the newest first, without their texts. */
export async function planHistory(pool: pg.Pool, plan: string): Promise<readonly Omit<StoredPlan, 'files'>[]> {
  const result = await pool.query<Omit<StoredPlan, 'files'>>(
    `select plan, version, applied_at as "appliedAt", applied_by as "appliedBy" from plan_version
     where plan = $1 order by version desc`,
    [plan],
  );
  return result.rows;
}

/** One version of a plan with its text. */
export async function findPlanVersion(pool: pg.Pool, plan: string, version: number): Promise<StoredPlan | undefined> {
  const result = await pool.query<StoredPlan>(
    `select ${COLUMNS} from plan_version v where plan = $1 and version = $2`,
    [plan, version],
  );
  return result.rows[0];
}

/**
 * Stores the version after `expectedVersion` (0 for a new plan) and makes it the current one. For use without a core, e.g. at
 * the first start; a running core applies through `Store.commit`. Throws `version-conflict` when another is current.
 */
export async function insertPlanVersion(
  pool: pg.Pool,
  version: {
    readonly plan: string;
    readonly expectedVersion: number;
    readonly files: PlanVersion['files'];
    readonly appliedBy: string;
    readonly at: Instant;
  },
): Promise<number> {
  const next = version.expectedVersion + 1;
  return inTransaction(pool, async (client) => {
    const moved = await client.query(
      version.expectedVersion === 0
        ? 'insert into plan (name, current_version, created_at) values ($1, $2, $3) on conflict do nothing'
        : 'update plan set current_version = $2 where name = $1 and current_version = $2 - 1 and $3::timestamptz is not null',
      [version.plan, next, timestamp(version.at)],
    );
    if (moved.rowCount !== 1) {
      throw new WatchbillError('version-conflict', `Plan ${version.plan} is not at version ${version.expectedVersion}`);
    }
    await client.query(
      'insert into plan_version (plan, version, files, applied_at, applied_by) values ($1, $2, $3, $4, $5)',
      [version.plan, next, JSON.stringify(version.files), timestamp(version.at), version.appliedBy],
    );
    return next;
  });
}
