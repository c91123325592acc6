import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { startStoreChild } from '#storage/embedded/store-child-process.ts';
import type { ServerProcess } from '../crash/server-process.ts';
import { debianPostgres, startOutsidePostgres } from '../kit/outside-postgres.ts';
import { clock, temporaryFolder } from '../kit/postgres.ts';
import {
  cleanUp,
  emptyFolder,
  getApi,
  makeServer,
  onCleanUp,
  removeEnginesOf,
  sendEvents,
  until,
  watchbill,
} from './program.ts';
import { failuresOf, SHOP_PLAN, startReceiver, untilStored } from './shop.ts';

afterEach(cleanUp);

interface Fact {
  readonly sequence: number;
  readonly kind: string;
}
const factsOf = (server: ServerProcess, dataFolder: string): Promise<readonly Fact[]> =>
  getApi(server, dataFolder, '/api/plans/shop/facts?limit=1000');

const programs = await debianPostgres();

test.skipIf(programs === undefined)(
  'what a small server knows moves to servers of one`s own, and back',
  { timeout: 400_000 },
  async () => {
    const folder = await emptyFolder();
    const [small, grown, again] = [join(folder, 'small'), join(folder, 'grown'), join(folder, 'again')];
    const plan = join(folder, 'plan.yaml');
    await writeFile(plan, SHOP_PLAN.replace('over 5s', 'over 1h'));
    const receiver = await startReceiver(folder);

    const first = await makeServer({ dataFolder: small, plan, environment: receiver.environment });
    first.start();
    await first.untilReady();
    await sendEvents(first, failuresOf('north', 5));
    const { alert } = (await receiver.page('alert.firing', 'north')).data;
    await untilStored(small, 'north', 5);
    const backup = join(folder, 'backup');
    expect(await watchbill(['backup', backup, '--data', small])).toMatchObject({ exit: 0, errors: '' });
    const facts = await factsOf(first, small);
    expect(await first.stop()).toBe(0);

    const postgres = await startOutsidePostgres(programs ?? '');
    onCleanUp(() => postgres.close());
    const home = await temporaryFolder();
    onCleanUp(home.remove);
    const telemetry = await startStoreChild({ dataFolder: home.folder, clock, password: 'of the outside one' });
    onCleanUp(() => telemetry.stop());
    const clickhouse = new URL(telemetry.url);
    clickhouse.username = telemetry.username;
    clickhouse.password = telemetry.password;
    const outside = { WATCHBILL_DATABASE_URL: postgres.url, WATCHBILL_CLICKHOUSE_URL: clickhouse.toString() };

    const restored = await watchbill(['restore', backup, '--data', grown], { environment: outside });
    expect(restored).toMatchObject({ exit: 0, errors: '' });
    const refused = await watchbill(['restore', backup, '--data', grown], { environment: outside });
    expect(refused).toMatchObject({ exit: 73, errors: expect.stringContaining('restore-not-empty: ') });

    const second = await makeServer({ dataFolder: grown, environment: { ...receiver.environment, ...outside } });
    second.start();
    await second.untilReady();
    const parts = (await second.processes()).map(({ part }) => part);
    expect(parts).not.toContain('postgres');
    expect(parts).not.toContain('store');
    expect((await factsOf(second, grown)).slice(0, facts.length)).toEqual(facts);
    expect(await untilStored(grown, 'north', 5)).toBe(5);
    await firing(second, grown, alert);
    await sendEvents(second, failuresOf('south', 5));
    await receiver.page('alert.firing', 'south');
    await untilStored(grown, 'south', 5);

    const back = join(folder, 'back');
    const written = await watchbill(['backup', back, '--data', grown]);
    expect(written).toMatchObject({ exit: 0, errors: '' });
    // The password of the outside database is nowhere in what was written or said.
    expect(written.output + restored.output + second.output).not.toContain('with %');
    const later = await factsOf(second, grown);
    expect(await second.stop()).toBe(0);

    removeEnginesOf(again);
    expect(await watchbill(['restore', back, '--data', again])).toMatchObject({ exit: 0, errors: '' });
    const third = await makeServer({ dataFolder: again, environment: receiver.environment });
    third.start();
    await third.untilReady();
    expect((await factsOf(third, again)).slice(0, later.length)).toEqual(later);
    expect(await untilStored(again, 'south', 5)).toBe(5);
    await firing(third, again, alert);
    // Nobody was paged twice about the same on the way.
    expect(receiver.pages.map(({ body }) => `${body.type} ${body.data.alert}`)).toEqual([
      'alert.firing A-1',
      'alert.firing A-2',
    ]);
    expect(await third.stop()).toBe(0);
  },
);

async function firing(server: ServerProcess, dataFolder: string, alert: unknown): Promise<void> {
  await until(`${String(alert)} to fire`, async () => {
    const status = await getApi<{ plans: { alerts: { alert: string; state: string }[] }[] }>(
      server,
      dataFolder,
      '/api/status',
    );
    const found = status.plans[0]?.alerts.find((one) => one.alert === alert);
    return found?.state === 'firing' ? true : undefined;
  });
}
