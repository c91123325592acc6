import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { cleanUp, emptyFolder, makeServer, until, watchbillJson } from './program.ts';
import { SHOP_PLAN, startReceiver } from './shop.ts';

afterAll(cleanUp);

test('a core that is started again runs the version in force, not the text of the start', async () => {
  const folder = await emptyFolder();
  const dataFolder = join(folder, 'data');
  const plan = join(folder, 'plan.yaml');
  await writeFile(plan, SHOP_PLAN);
  const { environment } = await startReceiver(folder);
  const server = await makeServer({ dataFolder, plan, environment });
  server.start();
  await server.untilReady();

  const next = join(folder, 'next.yaml');
  await writeFile(next, SHOP_PLAN.replace('failures > 3', 'failures > 4'));
  const applied = await watchbillJson<{ version: number }>(['apply', next, '--data', dataFolder]);
  expect(applied.version).toBe(2);

  const coreOf = async () => (await server.processes()).find(({ part }) => part === 'core')?.pid;
  const before = await coreOf();
  expect(await server.kill('core')).toBe(true);
  await until('another core', async () => {
    const pid = await coreOf();
    return pid !== undefined && pid !== before ? pid : undefined;
  });
  await server.untilReady();
  const status = await watchbillJson<{ plans: readonly { version: number }[] }>(['status', '--data', dataFolder]);
  expect(status.plans.map(({ version }) => version)).toEqual([2]);
});
