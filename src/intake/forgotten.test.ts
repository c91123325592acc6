import { expect, test } from 'vitest';
import { HOUR_MS } from '#kernel/instant.ts';
import { Forgotten } from './forgotten.ts';
import { decodePayload, encodePayload } from './payload.ts';
import { admitSamples } from './samples/admit.ts';
import { SampleBatchBuilder } from './samples/batch.ts';
import { decodeSamples, encodeSamples } from './samples/block-samples.ts';
import { SeriesRegister } from './samples/series-register.ts';
import { VolatileDisk } from './spool/volatile-disk.ts';
import { settle, startIntake, T0 } from './test-support.ts';

test('what waits in the spool is loaded without who was forgotten meanwhile, also after a restart', async () => {
  let away = true;
  const running = await startIntake({ storeFails: () => away });
  running.configure(running.connect());
  await settle();
  await running.send([
    { name: 'order', user: 'u-1' },
    { name: 'order', user: 'u-12' },
    { name: 'order', user: 'mia@example.com' },
    { name: 'ticket', opened_by: 'u-1', note: 'u-1 wrote' },
  ]);
  await running.clock.advance(2_000);
  const { forms } = await running.intake.forget('shop', 'u-1');
  expect(forms).toEqual(['u-1', expect.stringMatching(/^hashed:/)]);
  await running.intake.forget('shop', 'mia@example.com');
  await running.intake.stop();
  await running.clock.advance(1);

  away = false;
  const again = await startIntake({ disk: running.disk, clock: running.clock, loaded: running.loaded });
  again.configure(again.connect());
  await settle();
  expect((await again.send([{ name: 'order', user: 'u-1', comes: 'again' }])).status).toBe(200);
  await again.clock.advance(3_000);
  const events = [...again.loaded.values()].flat().map(({ event }) => event);
  expect(events.map(({ name, user, attributes }) => [name, user, { ...attributes }])).toEqual([
    ['order', 'u-12', {}],
    ['ticket', undefined, { opened_by: '[forgotten]', note: 'u-1 wrote' }],
    ['order', 'u-1', { comes: 'again' }],
  ]);
  await again.intake.stop();
});

test('an entry goes when nothing that waits is as old, and a block without the user stays the same object', async () => {
  const disk = new VolatileDisk();
  const forgotten = new Forgotten(disk);
  await forgotten.add({ plan: 'shop', forms: ['u-1'], at: T0 });
  const record = { name: 'order', time: T0, id: 'a', user: 'u-1', attributes: {} };
  const block = { plan: 'shop', receivedAt: T0, payload: encodePayload([record]) };
  const other = { ...block, plan: 'other' };
  const later = { ...block, receivedAt: T0 + 1 };
  expect(decodePayload(forgotten.apply(block).payload)).toEqual([]);
  expect(forgotten.apply(other)).toBe(other);
  expect(forgotten.apply(later)).toBe(later);
  await forgotten.sweep(T0 + HOUR_MS);
  expect(forgotten.apply(block)).not.toBe(block);
  await forgotten.sweep(T0 + HOUR_MS + 1);
  expect(forgotten.apply(block)).toBe(block);
  const restarted = new Forgotten(disk);
  await restarted.load();
  expect(restarted.apply(block)).toBe(block);
});

test('what is asked for at the same time is all kept, also while the list is shortened', async () => {
  const disk = new VolatileDisk();
  const forgotten = new Forgotten(disk);
  await forgotten.add({ plan: 'shop', forms: ['old'], at: T0 - 2 * HOUR_MS });
  await Promise.all([
    forgotten.add({ plan: 'shop', forms: ['u-1'], at: T0 }),
    forgotten.sweep(T0),
    forgotten.add({ plan: 'shop', forms: ['u-2'], at: T0 }),
  ]);
  const restarted = new Forgotten(disk);
  await restarted.load();
  const records = ['u-1', 'u-2', 'u-3'].map((user) => ({ name: 'order', time: T0, id: user, user, attributes: {} }));
  const block = { plan: 'shop', receivedAt: T0, payload: encodePayload(records) };
  for (const list of [forgotten, restarted]) {
    expect(decodePayload(list.apply(block).payload).map(({ user }) => user)).toEqual(['u-3']);
  }
});

test('a series that names them in a label is not described any more; its points are numbers of nobody', async () => {
  const forgotten = new Forgotten(new VolatileDisk());
  await forgotten.add({ plan: 'shop', forms: ['u-1'], at: T0 });
  const register = new SeriesRegister();
  const builder = new SampleBatchBuilder();
  for (const customer of ['u-1', 'u-12']) {
    builder.add(builder.series({ name: 'paid', kind: 'gauge', labels: [['customer', customer]] }), T0, 5);
  }
  const records = [{ name: 'order', time: T0, id: 'a', attributes: {} }];
  const payload = encodeSamples(admitSamples(register, builder.build(), T0), encodePayload(records));
  const applied = forgotten.apply({ plan: 'shop', receivedAt: T0, payload });
  const samples = decodeSamples(applied.payload);
  expect(samples?.described.map(({ labels }) => labels)).toEqual([[['customer', 'u-12']]]);
  expect([samples?.count, [...(samples?.values ?? [])]]).toEqual([2, [5, 5]]);
  expect(decodePayload(applied.payload)).toMatchObject(records);
  expect(forgotten.apply(applied)).toBe(applied);
});
