import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { cleanUp, emptyFolder, getApi, makeServer, sendEvents, until, watchbillJson } from './program.ts';
import { failuresOf, SHOP_PLAN, startReceiver } from './shop.ts';

afterAll(cleanUp);

interface Delivery {
  readonly channel: string;
  readonly state: string;
  readonly problem?: string;
}

test('a page to a private address waits until the operator allows it, and everybody is told so beforehand', async () => {
  const folder = await emptyFolder();
  const dataFolder = join(folder, 'data');
  const plan = join(folder, 'plan.yaml');
  await writeFile(plan, SHOP_PLAN);
  const receiver = await startReceiver(folder);
  const { WATCHBILL_EGRESS_ALLOW, ...closed } = receiver.environment;
  const before = await makeServer({ dataFolder, plan, environment: closed });
  before.start();
  await before.untilReady();

  const notice = expect.stringMatching(/^Nobody can be told by ops: .* SHOP_WEBHOOK_URL .* to WATCHBILL_EGRESS_ALLOW/);
  const status = await watchbillJson<{ plans: readonly { notices: readonly string[] }[] }>([
    ...['status', '--data', dataFolder],
  ]);
  expect(status.plans[0]?.notices).toContainEqual(notice);

  await sendEvents(before, failuresOf('a', 5));
  const waiting = await until('a page that waits', async () => {
    const { deliveries } = await getApi<{ deliveries: readonly Delivery[] }>(
      before,
      dataFolder,
      '/api/plans/shop/deliveries',
    );
    return deliveries.find(({ channel, state }) => channel === 'ops' && state === 'retry_at');
  });
  expect(waiting.problem).toContain(`${WATCHBILL_EGRESS_ALLOW}\` to WATCHBILL_EGRESS_ALLOW`);
  expect(receiver.pages).toEqual([]);
  await before.stop();

  const environment = { ...receiver.environment, WATCHBILL_EGRESS_ALLOW: `shop=${WATCHBILL_EGRESS_ALLOW}` };
  const after = await makeServer({ dataFolder, plan, environment });
  after.start();
  await after.untilReady();
  expect(await receiver.page('alert.firing', 'a')).toMatchObject({ data: { rule: 'shop-failing' } });
});
