import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { temporaryPostgres } from '../kit/postgres.ts';
import { temporaryTelemetry } from '../kit/telemetry.ts';
import { cleanUp, emptyFolder, makeServer, onCleanUp, sendEvents, until } from './program.ts';
import { failuresOf, SHOP_PLAN, startReceiver } from './shop.ts';

afterEach(cleanUp);

test('outside stores by their URLs; and a schema from a newer program is refused', async () => {
  const postgres = await temporaryPostgres();
  onCleanUp(postgres.close);
  const telemetry = await temporaryTelemetry();
  onCleanUp(telemetry.close);
  const folder = await emptyFolder();
  const plan = join(folder, 'plan.yaml');
  await writeFile(plan, SHOP_PLAN);
  const receiver = await startReceiver(folder);
  const { address } = postgres.postgres;
  if (!('socketFolder' in address)) throw new Error('no socket');
  const database = new URLSearchParams({ host: address.socketFolder, user: address.user });
  const clickhouse = new URL(telemetry.child.url);
  clickhouse.username = telemetry.child.username;
  clickhouse.password = telemetry.child.password;
  const server = await makeServer({
    dataFolder: join(folder, 'data'),
    plan,
    environment: {
      ...receiver.environment,
      WATCHBILL_DATABASE_URL: `postgres:///${address.database}?${database}`,
      WATCHBILL_CLICKHOUSE_URL: clickhouse.toString(),
    },
  });
  server.start();
  await server.untilReady();
  const parts = (await server.processes()).map(({ part }) => part);
  expect(parts).not.toContain('store');
  expect(parts).not.toContain('postgres');

  await sendEvents(server, failuresOf('outside', 4));
  await receiver.page('alert.firing', 'outside');
  const stored = await postgres.pool.query("select count(*) as count from notification where plan = 'shop'");
  expect(stored.rows[0]?.count).toBe(2);
  await until('the events in the outside ClickHouse', async () => {
    const answer = await telemetry.client.query({
      query: `select count() as count from events where plan = 'shop' and name = 'payment'`,
      format: 'JSONEachRow',
    });
    return Number((await answer.json<{ count: number }>())[0]?.count) === 4 ? true : undefined;
  });
  expect(await server.stop()).toBe(0);

  await postgres.pool.query(
    "insert into schema_migration (number, name, hash, applied_at) values (9999, 'from-the-future', 'x', now())",
  );
  server.start();
  expect(await server.ended).toBe(78);
  expect(server.output).toContain('schema-too-new: ');
  await postgres.pool.query('delete from schema_migration where number = 9999');

  await telemetry.client.insert({
    table: 'schema_migration',
    values: [{ number: 9999, name: 'from-the-future', hash: 'x', applied_at: '2026-03-01 09:00:00.000' }],
    format: 'JSONEachRow',
  });
  server.start();
  expect(await server.ended).toBe(78);
});
