import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Core } from '#engine/core-process.ts';
import { type GroupKeeperOptions, lookAtErrors } from '#insight/errors/keep-groups.ts';
import { DAY_MS, formatInstant, HOUR_MS, type Instant, MINUTE_MS } from '#kernel/instant.ts';
import { limits } from '#kernel/limits.ts';
import type { Clock } from '#kernel/ports.ts';
import type { EventRecord } from '#signals/record.ts';
import { insertEvents } from '#storage/clickhouse/events.ts';
import { askWithin } from '#storage/clickhouse/within.ts';
import { createErrorGroups } from '#storage/postgres/error-groups.ts';
import { clock, temporaryPostgres } from '../../../test/kit/postgres.ts';
import { temporaryTelemetry } from '../../../test/kit/telemetry.ts';
import { createErrorServices } from './error-services.ts';
import type { ErrorServices } from './services.ts';

let telemetry: Awaited<ReturnType<typeof temporaryTelemetry>>;
let postgres: Awaited<ReturnType<typeof temporaryPostgres>>;
let services: ErrorServices;
let keeper: GroupKeeperOptions;
const begin = clock.now();
/** Moved by the tests, so that something can come after something else. */
let aheadMs = 0;
const movable: Clock = { ...clock, now: () => begin + aheadMs, after: (ms, run) => clock.after(ms, run) };

/** Bytes of the parameters of the largest question to the telemetry store. */
let largest = 0;
let segments = 0;
let ids = 0;
async function store(
  events: readonly EventRecord[],
  plan = 'shop',
  receivedAt: Instant = movable.now(),
): Promise<void> {
  segments += 1;
  const rows = events.map((event) => ({ plan, receivedAt, event }));
  await insertEvents(telemetry.client, `s-${segments}`, rows);
}

function error(
  fingerprint: string,
  agoMs: number,
  attributes: EventRecord['attributes'] = {},
  user?: string,
): EventRecord {
  ids += 1;
  return {
    name: 'error',
    id: `e-${ids}`,
    time: movable.now() - agoMs,
    ...(user === undefined ? {} : { user }),
    attributes: { fingerprint, message: 'x', ...attributes },
  };
}

beforeAll(async () => {
  [telemetry, postgres] = await Promise.all([temporaryTelemetry(), temporaryPostgres()]);
  const groups = createErrorGroups(postgres.pool);
  const { client } = telemetry;
  const watched = Object.create(client) as typeof client;
  watched.query = ((given: Parameters<typeof client.query>[0]) => {
    largest = Math.max(largest, JSON.stringify(given.query_params ?? {}).length);
    return client.query(given);
  }) as typeof client.query;
  const askTelemetry = askWithin(watched, clock);
  const core = {
    plans: () => ['shop', 'other'],
    intakeStatus: async () => ({ segmentsWaiting: 0 }),
  } as unknown as Core;
  services = createErrorServices({ core, askTelemetry, groups, clock: movable });
  keeper = {
    ...{ groups, askTelemetry, clock: movable, plans: () => ['shop'], log: () => {} },
    segmentsWaiting: async () => 0,
  };
  const payment = { type: 'PaymentError', level: 'error', service: 'shop', environment: 'production' };
  await store([
    ...Array.from({ length: 30 }, (_, index) =>
      error(
        'pay',
        index * MINUTE_MS,
        {
          ...payment,
          message: `card ${index} declined`,
          release: 'shop@1',
          'tag.region': index % 3 === 0 ? 'us' : 'eu',
        },
        `u${index % 7}`,
      ),
    ),
    error('slow', 2 * HOUR_MS, { type: 'Timeout', level: 'warning', service: 'api', release: 'api@4' }, 'u1'),
    error('slow', 30 * HOUR_MS, { type: 'Timeout', level: 'warning', service: 'api', release: 'api@4' }, 'u2'),
    error('odd', 5_000, { message: 'It\'s "odd" \\ \n\n; DROP TABLE events' }),
    { ...error('', 1_000), attributes: { message: 'nobody grouped this' } },
  ]);
  await store([error('foreign', 1_000)], 'other');
});
afterAll(async () => {
  await telemetry?.close();
  await postgres?.close();
});

const list = (changes: Partial<Parameters<ErrorServices['list']>[1]> = {}) =>
  services.list('shop', { sort: 'count', limit: 50, ...changes });
const names = async (...given: Parameters<typeof list>) => (await list(...given)).groups.map((group) => group.error);

test('groups of a time with errors, people, trend and what they are of', async () => {
  const { groups, groupsThere, errors, ...facets } = await list();
  expect(groups.map((group) => [group.error, group.count, group.users, group.isNew])).toEqual([
    ['pay', 30, 7, true],
    ['odd', 1, 0, true],
    ['slow', 1, 1, true],
  ]);
  expect([groupsThere, errors]).toEqual([3, 32]);
  expect(groups[0]).toMatchObject({
    type: 'PaymentError',
    message: 'card 0 declined',
    level: 'error',
    service: 'shop',
    releases: ['shop@1'],
    environments: ['production'],
    state: 'open',
    version: 1,
  });
  expect(groups[0]?.trend.counts.reduce((sum, count) => sum + count, 0)).toBe(30);
  expect(facets).toMatchObject({ services: ['shop', 'api'], levels: ['error', 'warning'] });
});

test('lists are narrowed and ordered', async () => {
  expect(await names({ service: 'api' })).toEqual(['slow']);
  expect(await names({ release: 'shop@1' })).toEqual(['pay']);
  expect(await names({ level: 'warning' })).toEqual(['slow']);
  expect(await names({ environment: 'production' })).toEqual(['pay']);
  expect(await names({ text: 'DECLINED' })).toEqual(['pay']);
  expect(await names({ text: 'timeout' })).toEqual(['slow']);
  expect(await names({ text: 'it\'s "odd" \\' })).toEqual(['odd']);
  expect(await names({ sort: 'last' })).toEqual(['pay', 'odd', 'slow']);
  expect(await names({ sort: 'users' })).toEqual(['pay', 'slow', 'odd']);
  const from = formatInstant(begin - HOUR_MS);
  expect(await names({ from })).toEqual(['pay', 'odd']);
  expect(await list({ limit: 1 })).toMatchObject({ groups: [{ error: 'pay' }], groupsThere: 3, errors: 32 });
  const to = formatInstant(begin + MINUTE_MS);
  const long = await list({ from: formatInstant(begin - 400 * DAY_MS), to });
  expect([long.from, long.groupsThere]).toEqual([formatInstant(begin + MINUTE_MS - 31 * DAY_MS), 3]);
  await expect(list({ from: to, to: from })).rejects.toMatchObject({ code: 'invalid-request' });
});

test('one group has its latest errors, its values and its releases', async () => {
  const { group, latest, values, releases } = await services.detail('shop', 'pay', {});
  expect(group).toMatchObject({ error: 'pay', count: 30, users: 7 });
  expect(latest).toHaveLength(20);
  expect(latest[0]).toMatchObject({ user: 'u0', attributes: { message: 'card 0 declined', 'tag.region': 'us' } });
  expect(values.find(({ field }) => field === 'tag.region')).toEqual({
    field: 'tag.region',
    errors: 30,
    values: [
      { value: 'eu', errors: 20 },
      { value: 'us', errors: 10 },
    ],
  });
  expect(values.at(0)?.field).toBe('environment');
  expect(releases).toMatchObject([{ release: 'shop@1', count: 30, users: 7 }]);
  await expect(services.detail('shop', 'foreign', {})).rejects.toMatchObject({ code: 'not-found' });
  await expect(services.detail('nowhere', 'pay', {})).rejects.toMatchObject({ code: 'not-found' });
});

test('when a group was seen first outlives its events', async () => {
  await lookAtErrors('shop', keeper);
  await telemetry.client.command({
    query:
      "alter table events delete where strings['fingerprint'] = 'slow' and ts < now() - interval 1 day settings mutations_sync = 2",
  });
  const [slow] = (await list({ service: 'api' })).groups;
  expect(slow).toMatchObject({ firstSeen: formatInstant(begin - 30 * HOUR_MS), isNew: false });
});

test('a resolved group is away until it is seen again; then it is open, and a regression', async () => {
  const resolved = await services.change('shop', {
    ...{ error: 'pay', state: 'resolved', inNextRelease: false, by: 'mia', expectedVersion: 1 },
  });
  expect(resolved).toMatchObject({ state: 'resolved', version: 2, changedBy: 'mia' });
  expect(await names({ state: 'open' })).toEqual(['odd', 'slow']);
  expect(await names({ state: 'resolved' })).toEqual(['pay']);
  expect(await lookAtErrors('shop', keeper)).toEqual([]);
  await expect(
    services.change('shop', { error: 'pay', state: 'ignored', inNextRelease: false, by: 'leo', expectedVersion: 1 }),
  ).rejects.toMatchObject({ code: 'version-conflict', message: 'The group is resolved by now, by mia.' });

  aheadMs += MINUTE_MS;
  await store([error('pay', 1_000)]);
  expect(await lookAtErrors('shop', keeper)).toEqual(['pay']);
  expect(await lookAtErrors('shop', keeper)).toEqual([]);
  const [pay] = (await list({ state: 'open' })).groups;
  expect(pay).toMatchObject({ error: 'pay', state: 'open', regressedAt: formatInstant(movable.now()), version: 3 });
});

test('resolved in the next release: only one that was not known then opens it again', async () => {
  await services.change('shop', {
    error: 'pay',
    state: 'resolved',
    inNextRelease: true,
    by: 'mia',
    expectedVersion: 3,
  });
  aheadMs += MINUTE_MS;
  await store([error('pay', 1_000, { release: 'shop@1' }), error('odd', 1_000, { release: 'shop@2' })]);
  expect(await lookAtErrors('shop', keeper)).toEqual([]);
  aheadMs += MINUTE_MS;
  await store([error('pay', 1_000, { release: 'shop@2' })]);
  expect(await lookAtErrors('shop', keeper)).toEqual(['pay']);
});

test('an ignored group stays so whatever comes, until somebody opens it', async () => {
  await services.change('shop', {
    error: 'odd',
    state: 'ignored',
    inNextRelease: false,
    by: 'mia',
    expectedVersion: 1,
  });
  aheadMs += MINUTE_MS;
  await store([error('odd', 1_000)]);
  expect(await lookAtErrors('shop', keeper)).toEqual([]);
  expect(await names({ state: 'ignored' })).toEqual(['odd']);
  await services.change('shop', { error: 'odd', state: 'open', inNextRelease: false, by: 'mia', expectedVersion: 2 });
  expect(await names({ state: 'ignored' })).toEqual([]);
});

test('a group that nobody has kept yet can be resolved, one that is not there cannot', async () => {
  await store([error('new', 1_000)]);
  const command = { state: 'resolved', inNextRelease: false, by: 'mia', expectedVersion: 1 } as const;
  expect(await services.change('shop', { ...command, error: 'new' })).toMatchObject({ version: 2 });
  await expect(services.change('shop', { ...command, error: 'nothing' })).rejects.toMatchObject({ code: 'not-found' });
});

test('however many groups are resolved, the open ones are listed by a question of the same size', async () => {
  const resolved = Array.from({ length: limits.errorGroupsPerPlan }, (_, index) => `${index}`.padStart(16, '0'));
  const groups = createErrorGroups(postgres.pool);
  const at = movable.now();
  const seen = { errors: 1, first: at - 10, last: at - 10 };
  await groups.see(
    'other',
    resolved.map((fingerprint) => ({ ...seen, fingerprint })),
  );
  await postgres.pool.query("update error_group set state = 'resolved' where plan = 'other'");
  await store([error('still-open', 10), error(resolved[7] ?? '', 10), error(resolved[8] ?? '', 10)], 'other');
  largest = 0;
  const of = async (state: 'open' | 'resolved') => {
    const found = await services.list('other', { sort: 'count', limit: 50, state });
    return { names: found.groups.map((group) => group.error), groups: found.groupsThere, errors: found.errors };
  };
  expect((await of('open')).names.sort()).toEqual(['foreign', 'still-open']);
  expect(await of('resolved')).toEqual({ names: [resolved[7], resolved[8]], groups: 2, errors: 2 });
  // ClickHouse takes 128 KiB of one parameter.
  expect(largest).toBeLessThan(20_000);
});
