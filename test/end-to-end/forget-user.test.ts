import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { compress } from 'snappyjs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ForgottenUserAnswer } from '#contract/users.ts';
import { type ClickHouseAddress, openClickHouse } from '#storage/clickhouse/client.ts';
import type { ServerProcess } from '../crash/server-process.ts';
import { encodeWriteRequest } from '../kit/remote-write.ts';
import {
  cleanUp,
  emptyFolder,
  getApi,
  INGEST_KEY,
  makeServer,
  sendEvents,
  until,
  watchbill,
  watchbillJson,
} from './program.ts';

const PLAN = `plan: shop
timezone: UTC
launch: 2026-01-01 00:00
people: { ann: { email: ann@shop.example } }
sources: { orders: events "order" }
signals:
  by_user: count(orders by user) over 5m
severities: { high: { notify: [ann by app] } }
rules:
  many: { when: by_user > 2, severity: high }
`;
const MAIL = 'mia@shop.example';

let server: ServerProcess;
let dataFolder: string;

beforeAll(async () => {
  const folder = await emptyFolder();
  dataFolder = join(folder, 'data');
  const plan = join(folder, 'plan.yaml');
  await writeFile(plan, PLAN);
  server = await makeServer({
    dataFolder,
    plan,
    environment: { WATCHBILL_INGEST_KEY: INGEST_KEY },
  });
  server.start();
  await server.untilReady(60_000);
});
afterAll(cleanUp);

interface Page {
  readonly events: readonly {
    readonly name: string;
    readonly user?: string;
    readonly attributes: Record<string, unknown>;
  }[];
}

const stored = async (name: string): Promise<Page['events']> =>
  (await getApi<Page>(server, dataFolder, `/api/plans/shop/data/events?name=${name}&limit=200`)).events;

/** A question to the telemetry store itself, whose rows have one column, `text`. */
async function storedRows(query: string): Promise<readonly string[]> {
  const { stores } = JSON.parse(await readFile(join(dataFolder, 'server.json'), 'utf8')) as {
    stores: { clickhouse: ClickHouseAddress };
  };
  const client = openClickHouse(stores.clickhouse);
  const rows = await (await client.query({ query, format: 'JSONEachRow' })).json<{ text: string }>();
  await client.close();
  return rows.map(({ text }) => text);
}

function forget(user: string): Promise<ForgottenUserAnswer> {
  return watchbillJson<ForgottenUserAnswer>(['forget-user', 'shop', user, '--data', dataFolder]);
}

test('events, logs, errors and mentions of a user go, from the stores and from what waits in the spool; others stay', async () => {
  const of = (user: string, count: number, name: string) =>
    Array.from({ length: count }, (_, index) => ({ name, user, number: index, message: `of ${user}` }));
  await sendEvents(server, [...of('u-12', 4, 'order'), ...of('u-1', 4, 'order'), ...of(MAIL, 3, 'log')]);
  await sendEvents(server, [...of('u-1', 2, 'error'), { name: 'ticket', opened_by: 'u-1', user: 'u-12' }]);
  await until('the first events', async () => ((await stored('ticket')).length === 1 ? true : undefined));
  const facts = async (): Promise<string> =>
    JSON.stringify(await getApi(server, dataFolder, '/api/plans/shop/facts?limit=200'));
  await until('the alert of the user', async () => (/\bu-1\b/.test(await facts()) ? true : undefined));
  expect((await stored('log')).map(({ user }) => user?.startsWith('hashed:'))).toEqual([true, true, true]);

  // A series that is named by them, and one that is not.
  const labels = (customer: string) =>
    [
      ['__name__', 'paid_total'],
      ['customer', customer],
    ] as const;
  const sample = { value: 5, timestamp: Date.now() };
  const written = await fetch(`${server.intakeUrl}/api/v1/write`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${INGEST_KEY}`,
      'content-type': 'application/x-protobuf',
      'content-encoding': 'snappy',
    },
    body: compress(
      encodeWriteRequest(['u-1', 'u-12'].map((user) => ({ labels: labels(user), samples: [sample] }))),
    ) as never,
  });
  expect(written.status).toBe(200);
  const series = async (): Promise<readonly string[]> => {
    const rows = await storedRows("select labels['customer'] as text from series final where name = 'paid_total'");
    return rows.toSorted();
  };
  const points = (): Promise<readonly string[]> => storedRows('select toString(value) as text from samples');
  await until('the points', async () =>
    (await points()).length === 2 && (await series()).length === 2 ? true : undefined,
  );

  // These are in the spool only when the command begins.
  await sendEvents(server, [...of('u-1', 5, 'late'), ...of('u-12', 1, 'late')]);
  const one = await forget('u-1');
  expect(one).toMatchObject({ mentions: 1, series: 1, done: true });
  expect(await series()).toEqual(['u-12']);
  expect(await points()).toEqual(['5']);
  expect(one.events).toBeGreaterThanOrEqual(6);
  expect(one.facts).toBeGreaterThan(0);
  const mail = await forget(MAIL);
  expect(mail).toMatchObject({ events: 3, done: true });

  await until('the late event of another', async () => ((await stored('late')).length > 0 ? true : undefined));
  expect((await stored('late')).map(({ user }) => user)).toEqual(['u-12']);
  expect((await stored('order')).map(({ user }) => user)).toEqual(['u-12', 'u-12', 'u-12', 'u-12']);
  expect(await stored('error')).toEqual([]);
  expect(await stored('log')).toEqual([]);
  expect((await stored('ticket')).map(({ attributes }) => attributes['opened_by'])).toEqual(['[forgotten]']);
  expect(await facts()).not.toMatch(/\bu-1\b/);
  expect(await facts()).toContain('[forgotten]');
  expect(await facts()).toContain('u-12');
  // Not so readings: the window of the signal goes on saying what it counted.
  expect(await forget('u-1')).toMatchObject({ events: 0, mentions: 0, series: 0, facts: 0, lists: 0 });
});

test('events of somebody who comes again after that are kept, and the audit log names nobody', async () => {
  await sendEvents(server, [{ name: 'again', user: 'u-1' }]);
  await until('the event', async () => ((await stored('again')).length === 1 ? true : undefined));
  const audit = JSON.stringify(await getApi(server, dataFolder, '/api/audit?limit=200'));
  expect(audit).toContain('users/forget');
  expect(audit).not.toMatch(/u-1\b|mia/);
});

test('a plan that is not there is said', async () => {
  const { exit, errors } = await watchbill(['forget-user', 'shpo', 'u-1', '--data', dataFolder]);
  expect(exit).toBe(66);
  expect(errors).toContain('not-found');
});
