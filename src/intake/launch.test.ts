import { expect, test } from 'vitest';
import { MINUTE_MS } from '#kernel/instant.ts';
import { createIntake } from './intake.ts';
import type { FromCore, FromIntake } from './link.ts';
import { compileConfigured, liveExecutors } from './process.ts';
import { VolatileDisk } from './spool/volatile-disk.ts';
import { ingestKey, seededRandom, T0, VirtualClock } from './test-support.ts';

const TEXT = `plan: shop
title: Shop
timezone: Europe/Berlin
launch: on command
sources:
  payments: events "payment"
severities:
  soon: { notify: [] }
rules:
  silent: { when: no payments in 10m, severity: soon }
`;

function configuration(launchedAt?: number): FromCore {
  const plan = { name: 'shop', version: 1, files: [{ path: 'shop.plan.yaml', text: TEXT }], watermark: T0 };
  return {
    type: 'configure',
    plans: [launchedAt === undefined ? plan : { ...plan, launchedAt }],
    keys: [ingestKey()],
  };
}

test('a launch by command reaches the windows of the version that runs', async () => {
  const clock = new VirtualClock(T0);
  const log: string[] = [];
  const intake = await createIntake({
    disk: new VolatileDisk(),
    clock,
    random: seededRandom(1),
    log: (message) => log.push(message),
    executors: liveExecutors((message) => log.push(message)),
    compile: (plan) => compileConfigured(plan, (message) => log.push(message)),
    events: { insert: async () => {} },
    readings: { write: async () => {} },
  });
  const heard: FromIntake[] = [];
  const session = intake.connect((message) => heard.push(message));
  session.receive(configuration());
  await clock.advance(20 * MINUTE_MS);
  session.receive(configuration(clock.now()));
  const launchedAt = clock.now();
  await clock.advance(11 * MINUTE_MS);
  const truths = heard.flatMap((message) => (message.type === 'verdicts' ? message.verdicts : []));
  expect(log).toEqual([]);
  expect(truths.at(-1)).toMatchObject({ truth: 'true', at: launchedAt + 10 * MINUTE_MS });
  await intake.stop();
});
