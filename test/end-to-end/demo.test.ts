import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { freePort } from '../crash/server-process.ts';
import { cleanUp, emptyFolder, makeServer, until, watchbill, watchbillJson } from './program.ts';

afterEach(cleanUp);

interface Explained {
  readonly found: boolean;
  readonly explanation: {
    readonly rule: string;
    readonly evidence: readonly {
      readonly text: string;
      readonly truth: string;
      readonly reading: { readonly value: number; readonly sampleSize: number };
      readonly against: readonly number[];
    }[];
    readonly told: readonly { readonly recipient: string; readonly channel: string; readonly step: string }[];
  };
}

test('the demo: a part is broken, every channel of its plan tells, and `explain` says why', async () => {
  const folder = await emptyFolder();
  const dataFolder = join(folder, 'data');
  const demo = await makeServer({ dataFolder, command: ['demo', '--shop-port', String(await freePort())] });
  demo.start();
  await demo.untilReady();
  const shown = (text: string) =>
    until(`"${text}" in what the demo prints`, () => (demo.output.includes(text) ? true : undefined));
  await shown('The tea shop is open');

  const misspelt = await watchbill(['demo', 'break', 'payment', '--data', dataFolder]);
  expect(misspelt.exit).toBe(64);
  expect(misspelt.errors).toContain('payments, database, sign-ups, memory, down');

  expect(await watchbill(['demo', 'break', 'payments', '--data', dataFolder])).toMatchObject({ exit: 0 });
  // The receiver prints only what bears the right signature.
  await shown('alert.firing urgent: payments-failing fires (A-1');
  const message = await until('the page in the inbox', async () =>
    (
      await watchbillJson<readonly { person: string; alert: string; step: string }[]>([
        'inbox',
        'mia',
        '--data',
        dataFolder,
      ])
    ).find(({ alert }) => alert === 'A-1'),
  );
  expect(message).toMatchObject({ person: 'mia', step: 'fired' });

  const { found, explanation } = await watchbillJson<Explained>(['explain', 'A-1', '--data', dataFolder]);
  expect(found).toBe(true);
  expect(explanation.rule).toBe('payments-failing');
  const [evidence] = explanation.evidence;
  expect(evidence).toMatchObject({ text: 'payment_failures > 3 in 10s', truth: 'true', against: [3] });
  expect(evidence?.reading.value).toBeGreaterThan(3);
  expect(evidence?.reading.sampleSize).toBeGreaterThan(3);
  expect(explanation.told.map(({ channel, step }) => `${channel} ${step}`).sort()).toEqual([
    'app fired',
    'email fired',
    'shop fired',
    'slack fired',
  ]);
  await shown('mia@tea.example');
  await shown('slack receiver: ');

  expect(await watchbill(['demo', 'mend', 'payments', '--data', dataFolder])).toMatchObject({ exit: 0 });
  expect(await demo.stop()).toBe(0);
  const afterwards = await watchbill(['demo', 'break', 'payments', '--data', dataFolder]);
  expect(afterwards).toMatchObject({ exit: 69 });
  expect(afterwards.errors).toContain('No demo runs on');
});
