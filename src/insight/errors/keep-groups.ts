import type { ClickHouseClient } from '@clickhouse/client';
import { DAY_MS, type Instant } from '#kernel/instant.ts';
import { limits } from '#kernel/limits.ts';
import type { Clock } from '#kernel/ports.ts';
import { queryLimits } from '#storage/clickhouse/series.ts';
import type { AskTelemetry } from '#storage/clickhouse/within.ts';
import type { ErrorGroupRecord, ErrorGroups } from '#storage/postgres/error-groups.ts';

export interface GroupKeeperOptions {
  readonly groups: ErrorGroups;
  readonly askTelemetry: AskTelemetry;
  readonly clock: Clock;
  readonly plans: () => readonly string[];
  /** Parts of the spool that the telemetry store does not have yet; undefined while nobody knows. */
  readonly segmentsWaiting: () => Promise<number | undefined>;
  readonly log: (message: string, detail: Readonly<Record<string, unknown>>) => void;
}

/** Errors that came within a time, by group. */
interface CameErrors {
  readonly fingerprint: string;
  readonly first: Instant;
  readonly last: Instant;
}

/** Errors that came are of the last days: older ones are not taken in. */
const OLDEST_MS = limits.oldestMs;
/** Nothing was looked through yet: so far back it begins. */
const FIRST_LOOK_MS = 30 * DAY_MS;

/**
 * Looks through the errors that came since the last look: keeps when each group was seen first and last, which outlives the events, and opens
 * resolved groups again. Gives the groups that were.
 */
export async function lookAtErrors(
  plan: string,
  { groups, askTelemetry, clock, segmentsWaiting }: GroupKeeperOptions,
): Promise<readonly string[]> {
  const now = clock.now();
  const lookedTo = (await groups.lookedTo(plan)) ?? now - FIRST_LOOK_MS;
  const waiting = await segmentsWaiting();
  const from = lookedTo - limits.errorsLookedBackMs;
  const came = await askTelemetry((client, signal) => readCame(client, { plan, from, now }, signal));
  await groups.see(plan, came);
  const regressed = await findRegressed(plan, { groups, askTelemetry }, from, now);
  const opened = regressed.length === 0 ? [] : await groups.regress(plan, regressed, now);
  // What waits for the store will stand there as received before now; the next look has to reach back to it.
  if (waiting === 0) await groups.noteLook(plan, now);
  return opened;
}

/** Looks at all plans, every `limits.errorsLookedEveryMs`. Returns what ends it. */
export function keepErrorGroups(options: GroupKeeperOptions): () => void {
  const { clock, plans, log } = options;
  let stopped = false;
  let cancel = (): void => {};
  let problem: string | undefined;
  const look = async (): Promise<void> => {
    let failure: string | undefined;
    for (const plan of plans()) {
      if (stopped) return;
      try {
        await lookAtErrors(plan, options);
      } catch (caught) {
        failure = caught instanceof Error ? caught.message : String(caught);
      }
    }
    if (failure !== undefined && failure !== problem) log('errors were not looked through', { problem: failure });
    problem = failure;
    if (!stopped) cancel = clock.after(limits.errorsLookedEveryMs, () => void look());
  };
  cancel = clock.after(limits.errorsLookedEveryMs, () => void look());
  return () => {
    stopped = true;
    cancel();
  };
}

async function readCame(
  client: ClickHouseClient,
  query: { readonly plan: string; readonly from: Instant; readonly now: Instant },
  signal: AbortSignal,
): Promise<readonly CameErrors[]> {
  const answer = await client.query({
    query: `select strings['fingerprint'] as fingerprint_, toUnixTimestamp64Milli(min(ts)) as first_, toUnixTimestamp64Milli(max(ts)) as last_
      from events where plan = {plan:String} and name = 'error'
        and ts >= fromUnixTimestamp64Milli({oldest:Int64}, 'UTC') and ts <= fromUnixTimestamp64Milli({latest:Int64}, 'UTC')
        and received_at >= fromUnixTimestamp64Milli({from:Int64}, 'UTC') and strings['fingerprint'] != ''
      group by fingerprint_ order by last_ desc limit {limit:UInt32}`,
    format: 'JSONEachRow',
    query_params: {
      plan: query.plan,
      from: query.from,
      oldest: query.from - OLDEST_MS,
      latest: query.now + limits.futureMs,
      limit: limits.errorGroupsPerPlan,
    },
    clickhouse_settings: queryLimits,
    abort_signal: signal,
  });
  const rows = await answer.json<{ readonly fingerprint_: string; readonly first_: number; readonly last_: number }>();
  return rows.map(({ fingerprint_, first_, last_ }) => ({ fingerprint: fingerprint_, first: first_, last: last_ }));
}

/** Resolved groups with an error after they were, of a release that counts. */
async function findRegressed(
  plan: string,
  { groups, askTelemetry }: Pick<GroupKeeperOptions, 'groups' | 'askTelemetry'>,
  from: Instant,
  now: Instant,
): Promise<readonly ErrorGroupRecord[]> {
  const resolved = await groups.find(plan, await groups.inStates(plan, ['resolved']));
  const seenAgain = resolved.filter(({ lastSeen, changedAt }) => changedAt !== undefined && lastSeen > changedAt);
  if (seenAgain.length === 0) return [];
  const since = Math.min(from, ...seenAgain.map(({ changedAt }) => changedAt ?? from));
  const releases = seenAgain.some(({ inNextRelease }) => inNextRelease)
    ? await askTelemetry((client, signal) => readNewReleases(client, { plan, since, now }, signal))
    : [];
  return seenAgain.filter(
    ({ fingerprint, inNextRelease, changedAt }) =>
      !inNextRelease ||
      releases.some(
        (one) => one.fingerprint === fingerprint && one.last > (changedAt ?? 0) && one.began > (changedAt ?? 0),
      ),
  );
}

/** In which releases groups were seen since an instant, and when each release was heard of first in any error. */
async function readNewReleases(
  client: ClickHouseClient,
  query: { readonly plan: string; readonly since: Instant; readonly now: Instant },
  signal: AbortSignal,
): Promise<readonly { readonly fingerprint: string; readonly last: Instant; readonly began: Instant }[]> {
  const answer = await client.query({
    query: `select fingerprint_, last_, min(first_) over (partition by release_) as began_ from (
        select strings['fingerprint'] as fingerprint_, strings['release'] as release_,
          toUnixTimestamp64Milli(max(ts)) as last_, toUnixTimestamp64Milli(min(ts)) as first_
        from events where plan = {plan:String} and name = 'error'
          and ts >= fromUnixTimestamp64Milli({oldest:Int64}, 'UTC') and ts <= fromUnixTimestamp64Milli({latest:Int64}, 'UTC')
          and strings['release'] != ''
        group by fingerprint_, release_)`,
    format: 'JSONEachRow',
    query_params: {
      plan: query.plan,
      oldest: query.since - FIRST_LOOK_MS,
      latest: query.now + limits.futureMs,
    },
    clickhouse_settings: queryLimits,
    abort_signal: signal,
  });
  const rows = await answer.json<{ readonly fingerprint_: string; readonly last_: number; readonly began_: number }>();
  return rows.map(({ fingerprint_, last_, began_ }) => ({ fingerprint: fingerprint_, last: last_, began: began_ }));
}
