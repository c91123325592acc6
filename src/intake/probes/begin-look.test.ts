import { expect, test } from 'vitest';
import { createIntake, type Intake } from '../intake.ts';
import { compileConfigured, liveExecutors } from '../process.ts';
import { VolatileDisk } from '../spool/volatile-disk.ts';
import { ingestKey, seededRandom, settle, T0, VirtualClock } from '../test-support.ts';

const TEXT = `plan: shop
title: Shop
timezone: UTC
launch: 2026-01-01 00:00
probes:
  mails: { check: "POST http://127.0.0.1:1/", every: 7d, body: <run>, confirm: { event: mail-received, field: to, within: 10m } }
`;

const look = { probe: 'mails', location: 'here', dueAt: T0 };

async function start(disk: VolatileDisk, clock: VirtualClock): Promise<Intake> {
  const intake = await createIntake({
    ...{ disk, clock, random: seededRandom(1), log: () => {} },
    executors: liveExecutors(() => {}),
    compile: (plan) => compileConfigured(plan, () => {}),
    events: { insert: async () => {} },
    readings: { write: async () => {} },
  });
  const plan = { name: 'shop', version: 1, files: [{ path: 'shop.plan.yaml', text: TEXT }], watermark: 0 };
  intake.connect(() => {}).receive({ type: 'configure', plans: [plan], keys: [ingestKey()] });
  await settle();
  return intake;
}

test('a look that was begun is known to the next start when all of the server loses its power at once', async () => {
  const disk = new VolatileDisk();
  const clock = new VirtualClock(T0);
  const intake = await start(disk, clock);
  expect(await intake.beginLook('shop', look)).toMatchObject({ ok: true });
  disk.losePower((synced) => synced);
  const again = await start(disk, clock);
  expect(again.looks('shop').of('here')).toEqual({ mails: { dueAt: T0, isFailing: false } });
  // Also after its block is in a snapshot.
  await clock.advance(30_000);
  await again.stop();
  expect((await start(disk, clock)).looks('shop').of('here')).toEqual({ mails: { dueAt: T0, isFailing: false } });
});

test('what the disk does not take is refused and not taken for begun; what it has is not written again', async () => {
  const disk = new VolatileDisk();
  const clock = new VirtualClock(T0);
  const intake = await start(disk, clock);
  let isBroken = true;
  let syncs = 0;
  disk.fault = async (operation) => {
    if (operation !== 'sync') return;
    syncs += 1;
    if (isBroken) throw new Error('EIO');
  };
  expect(await intake.beginLook('shop', look)).toMatchObject({ ok: false, failure: { code: 'spool-failed' } });
  expect(intake.looks('shop').of('here')).toEqual({});
  isBroken = false;
  expect(await intake.beginLook('shop', look)).toMatchObject({ ok: true });
  const before = syncs;
  expect(await intake.beginLook('shop', look)).toMatchObject({ ok: true });
  expect(syncs).toBe(before);
});
