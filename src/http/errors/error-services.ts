import type { ErrorGroupAnswer } from '#contract/errors.ts';
import type { Core } from '#engine/core-process.ts';
import {
  type CountedErrors,
  type CountedGroups,
  DETAIL_STEPS,
  type ErrorScope,
  readErrorFacets,
  readErrorGroup,
  readErrorGroupSizes,
  readErrorGroups,
  readErrorReleases,
  readErrorValues,
  readLatestErrors,
  stepOf,
  TREND_STEPS,
} from '#insight/errors/read-errors.ts';
import { WatchbillError } from '#kernel/error-codes.ts';
import { DAY_MS, formatInstant, type Instant, parseInstant } from '#kernel/instant.ts';
import { limits } from '#kernel/limits.ts';
import type { Clock } from '#kernel/ports.ts';
import type { AskTelemetry } from '#storage/clickhouse/within.ts';
import type { ErrorGroupRecord, ErrorGroups, ErrorState } from '#storage/postgres/error-groups.ts';
import { requirePlan } from '../known-plan.ts';
import type { ErrorServices } from './services.ts';

/** Errors are kept this long: a longer range would read the same, and is answered as this one. */
const LONGEST_MS = 31 * DAY_MS;

export interface ErrorServicesOptions {
  readonly core: Pick<Core, 'plans' | 'intakeStatus'>;
  readonly askTelemetry: AskTelemetry;
  readonly groups: ErrorGroups;
  readonly clock: Clock;
}

/** Groups of errors: counted in the telemetry store, with what is kept of them and what people said. */
export function createErrorServices({ core, askTelemetry, groups, clock }: ErrorServicesOptions): ErrorServices {
  const kept = async (plan: string, fingerprints: readonly string[]) =>
    new Map((await groups.find(plan, fingerprints)).map((one) => [one.fingerprint, one]));
  return {
    async list(plan, { state, sort, limit, ...request }) {
      requirePlan(core, plan);
      const scope = { plan, ...readRange(request, clock.now()) };
      const { service = '', environment = '', release = '', level = '', text = '' } = request;
      const query = { ...scope, ...{ service, environment, release, level, text }, order: sort };
      const most = Math.min(limit, limits.errorGroupsShown);
      const readGroups = (only?: readonly string[]): Promise<CountedGroups> => {
        const asked = { ...query, limit: most, ...(only === undefined ? {} : { only }) };
        return askTelemetry((client, signal) => readErrorGroups(client, asked, signal));
      };
      const readInState = async (wanted: ErrorState): Promise<CountedGroups> => {
        const [sizes, listed] = await Promise.all([
          askTelemetry((client, signal) => readErrorGroupSizes(client, query, signal)),
          groups.inStates(plan, statesToList(wanted)),
        ]);
        const names = new Set(listed);
        const chosen = sizes.filter(({ fingerprint }) => names.has(fingerprint) === (wanted !== 'open'));
        const shown = await readGroups(chosen.slice(0, most).map(({ fingerprint }) => fingerprint));
        const errors = chosen.reduce((sum, group) => sum + group.errors, 0);
        return { groups: shown.groups, groupsThere: chosen.length, errors };
      };
      const [found, facets, intake] = await Promise.all([
        state === undefined ? readGroups() : readInState(state),
        askTelemetry((client, signal) => readErrorFacets(client, scope, signal)),
        core.intakeStatus(),
      ]);
      const records = await kept(
        plan,
        found.groups.map(({ fingerprint }) => fingerprint),
      );
      return {
        ...viewRange(scope),
        groups: found.groups.map((group) => viewGroup(group, records.get(group.fingerprint), scope, TREND_STEPS)),
        groupsThere: found.groupsThere,
        errors: found.errors,
        services: [...facets.services],
        environments: [...facets.environments],
        releases: [...facets.releases],
        levels: [...facets.levels],
        segmentsWaiting: intake?.segmentsWaiting ?? 0,
      };
    },
    async detail(plan, fingerprint, given) {
      requirePlan(core, plan);
      const scope = { plan, ...readRange(given, clock.now()), fingerprint };
      const [found, latest, values, releases, records] = await Promise.all([
        askTelemetry((client, signal) => readErrorGroup(client, scope, signal)),
        askTelemetry((client, signal) => readLatestErrors(client, scope, signal)),
        askTelemetry((client, signal) => readErrorValues(client, scope, signal)),
        askTelemetry((client, signal) => readErrorReleases(client, scope, signal)),
        kept(plan, [fingerprint]),
      ]);
      const record = records.get(fingerprint);
      const group = found ?? (record === undefined ? undefined : quietGroup(record));
      if (group === undefined) throw notThere(plan, fingerprint);
      return {
        ...viewRange(scope),
        group: viewGroup(group, record, scope, DETAIL_STEPS),
        latest: latest.map(({ id, at, user, attributes }) => ({
          id,
          at: formatInstant(at),
          ...(user === '' ? {} : { user }),
          attributes: { ...attributes },
        })),
        values: values.map(({ field, errors, values: of }) => ({ field, errors, values: [...of] })),
        releases: releases.map(({ release, errors, users, first, last }) => ({
          release,
          count: errors,
          users,
          first: formatInstant(first),
          last: formatInstant(last),
        })),
      };
    },
    async change(plan, { error, state, inNextRelease, by, expectedVersion }) {
      requirePlan(core, plan);
      const at = clock.now();
      const seen = (await groups.find(plan, [error]))[0];
      const scope = { plan, from: at - LONGEST_MS, to: at + limits.futureMs, fingerprint: error };
      // What was seen a moment ago may be in the telemetry store alone.
      const counted =
        seen === undefined
          ? await askTelemetry((client, signal) => readErrorGroup(client, scope, signal))
          : { first: seen.firstSeen, last: seen.lastSeen };
      if (counted === undefined) throw notThere(plan, error);
      const changed = await groups.change(plan, {
        fingerprint: error,
        state,
        inNextRelease: state === 'resolved' && inNextRelease,
        at,
        by,
        expectedVersion,
        seen: { fingerprint: error, first: counted.first, last: counted.last },
      });
      if (changed === undefined) {
        const [now] = await groups.find(plan, [error]);
        const who = now?.changedBy === undefined ? '' : `, by ${now.changedBy}`;
        throw new WatchbillError('version-conflict', `The group is ${now?.state ?? 'open'} by now${who}.`, error);
      }
      return {
        error,
        state: changed.state,
        inNextRelease: changed.inNextRelease,
        changedAt: formatInstant(at),
        changedBy: by,
        version: changed.version,
      };
    },
  };
}

/** Open is what nobody has put aside, also groups of which nothing is kept yet. */
function statesToList(state: 'open' | 'resolved' | 'ignored'): readonly ('resolved' | 'ignored')[] {
  return state === 'open' ? ['resolved', 'ignored'] : [state];
}

function viewGroup(
  group: CountedErrors,
  record: ErrorGroupRecord | undefined,
  { from, to }: Pick<ErrorScope, 'from' | 'to'>,
  steps: number,
): ErrorGroupAnswer {
  const first = Math.min(group.first, record?.firstSeen ?? group.first);
  return {
    error: group.fingerprint,
    ...(group.type === '' ? {} : { type: group.type }),
    message: group.message,
    ...(group.level === '' ? {} : { level: group.level }),
    ...(group.service === '' ? {} : { service: group.service }),
    count: group.errors,
    users: group.users,
    firstSeen: formatInstant(first),
    lastSeen: formatInstant(Math.max(group.last, record?.lastSeen ?? group.last)),
    isNew: first >= from,
    releases: [...group.releases],
    environments: [...group.environments],
    trend: { start: formatInstant(from), stepMs: stepOf({ from, to }, steps), counts: [...group.trend] },
    state: record?.state ?? 'open',
    ...(record?.regressedAt === undefined ? {} : { regressedAt: formatInstant(record.regressedAt) }),
    ...(record?.changedAt === undefined ? {} : { changedAt: formatInstant(record.changedAt) }),
    ...(record?.changedBy === undefined ? {} : { changedBy: record.changedBy }),
    inNextRelease: record?.inNextRelease ?? false,
    version: record?.version ?? 1,
  };
}

/** A group that has no error in the range. */
function quietGroup({ fingerprint, firstSeen, lastSeen }: ErrorGroupRecord): CountedErrors {
  return {
    fingerprint,
    errors: 0,
    users: 0,
    first: firstSeen,
    last: lastSeen,
    type: '',
    message: '',
    level: '',
    service: '',
    releases: [],
    environments: [],
    trend: new Array<number>(DETAIL_STEPS).fill(0),
  };
}

function viewRange({ from, to }: Pick<ErrorScope, 'from' | 'to'>): { readonly from: string; readonly to: string } {
  return { from: formatInstant(from), to: formatInstant(to) };
}

function readRange(
  given: { readonly from?: string | undefined; readonly to?: string | undefined },
  now: Instant,
): { readonly from: Instant; readonly to: Instant } {
  const to = (given.to === undefined ? undefined : parseInstant(given.to)) ?? now + limits.futureMs;
  const from = (given.from === undefined ? undefined : parseInstant(given.from)) ?? Math.min(to, now) - DAY_MS;
  if (from >= to) throw new WatchbillError('invalid-request', 'The range ends before it begins.', 'from');
  return { from: Math.max(from, to - LONGEST_MS), to };
}

function notThere(plan: string, fingerprint: string): WatchbillError {
  return new WatchbillError('not-found', `The plan ${plan} has no group of errors ${fingerprint}.`, fingerprint);
}
