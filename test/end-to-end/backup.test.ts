import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import type { ServerProcess } from '../crash/server-process.ts';
import { cleanUp, emptyFolder, getApi, makeServer, removeEnginesOf, sendEvents, until, watchbill } from './program.ts';
import { failuresOf, SHOP_PLAN, startReceiver, untilStored } from './shop.ts';

afterEach(cleanUp);

interface Fact {
  readonly sequence: number;
  readonly kind: string;
}

const factsOf = (server: ServerProcess, dataFolder: string): Promise<readonly Fact[]> =>
  getApi(server, dataFolder, '/api/plans/shop/facts?limit=1000');
const keysOf = (server: ServerProcess, dataFolder: string): Promise<readonly { id: string }[]> =>
  getApi(server, dataFolder, '/api/plans/shop/keys');

test('a running server is backed up; restored elsewhere it knows everything and pages nobody again', async () => {
  const folder = await emptyFolder();
  const [before, after] = [join(folder, 'before'), join(folder, 'after')];
  const plan = join(folder, 'plan.yaml');
  // It fires until somebody looks: nothing but a page of its own may come of the restored one.
  await writeFile(plan, SHOP_PLAN.replace('over 5s', 'over 1h'));
  const receiver = await startReceiver(folder);
  const server = await makeServer({ dataFolder: before, plan, environment: receiver.environment });
  server.start();
  await server.untilReady();
  await sendEvents(server, failuresOf('north', 5));
  const { alert } = (await receiver.page('alert.firing', 'north')).data;
  await until('both deliveries in the journal', async () =>
    (await factsOf(server, before)).filter(({ kind }) => kind === 'delivery-accepted').length === 2 ? true : undefined,
  );
  expect(await untilStored(before, 'north', 5)).toBe(5);

  const backup = join(folder, 'backup');
  const written = await watchbill(['backup', backup, '--data', before, '--json']);
  expect(written).toMatchObject({ exit: 0, errors: '' });
  expect((await watchbill(['backup', backup, '--data', before])).exit).toBe(73);
  const facts = await factsOf(server, before);
  const keys = await keysOf(server, before);
  expect(await server.stop()).toBe(0);

  removeEnginesOf(after);
  const restored = await watchbill(['restore', backup, '--data', after, '--json']);
  expect(restored).toMatchObject({ exit: 0, errors: '' });
  expect(JSON.parse(restored.output)).toEqual(JSON.parse(written.output));
  const again = await watchbill(['restore', backup, '--data', after]);
  expect(again.exit).toBe(73);
  expect(again.errors).toContain('restore-not-empty: ');

  const successor = await makeServer({ dataFolder: after, environment: receiver.environment });
  successor.start();
  await successor.untilReady();
  expect((await factsOf(successor, after)).slice(0, facts.length)).toEqual(facts);
  expect((await keysOf(successor, after)).map(({ id }) => id)).toEqual(keys.map(({ id }) => id));
  expect(await untilStored(after, 'north', 5)).toBe(5);
  const status = await getApi<{ plans: { alerts: { alert: string; state: string }[] }[] }>(
    successor,
    after,
    '/api/status',
  );
  expect(status.plans[0]?.alerts).toContainEqual(expect.objectContaining({ alert, state: 'firing' }));

  // Whatever would be sent again stands before this one in the queue.
  await sendEvents(successor, failuresOf('south', 5));
  await receiver.page('alert.firing', 'south');
  expect(receiver.pages.map(({ body }) => `${body.type} ${body.data.alert}`)).toEqual([
    'alert.firing A-1',
    'alert.firing A-2',
  ]);
  expect(await successor.stop()).toBe(0);
});
