import { expect, test } from 'vitest';
import { settle, startIntake } from './test-support.ts';

const SECRET = 'hunter2-zxcvbn-1234';
const MAIL = 'mia.meyer@example.com';

/** Where a sender may have put what it should not have sent. */
const sent = [
  { name: 'order', password: SECRET },
  { name: 'order', http: { request: { header: { 'set-cookie': `sid=${SECRET}` } } } },
  { name: 'order', url: `https://mia:${SECRET}@shop.example/x?token=${SECRET}#${SECRET}` },
  { name: 'order', message: `login failed for ${MAIL} with password=${SECRET}` },
  { name: 'order', message: `Authorization: Bearer ${SECRET}` },
  { name: 'order', user: MAIL },
  { name: `paid by ${MAIL}` },
  { name: 'order', [MAIL]: 'as a name' },
  { name: 'order', [`x ${MAIL}`]: { inner: 1 } },
  { name: 'order', list: [`token=${SECRET}`] },
  { name: 'order', [`token=${SECRET}`]: [1] },
  { name: 'order', amount: 1 },
  { name: 'order', amount: `not a number but ${MAIL}` },
  { name: 'order', cvc: 123, pem: `-----BEGIN PRIVATE KEY-----\n${SECRET}` },
];

test('what the scrub list names is on no disk, in no answer, no log and no window, also after a restart', async () => {
  const running = await startIntake({ storeFails: () => true });
  const core = running.connect();
  running.configure(core);
  await settle();
  const answer = await running.send(sent);
  expect(answer.status).toBe(200);
  expect(answer.body).toMatchObject({ accepted: 11 });
  const again = await running.send(sent.map((one, index) => ({ ...one, event_id: `id-${index}` })));
  expect(again.body).toMatchObject({ accepted: 11 });
  await running.intake.stop();

  const restarted = await startIntake({ disk: running.disk, clock: running.clock, loaded: running.loaded });
  await restarted.clock.advance(2_000);
  const events = [...restarted.loaded.values()].flat();
  expect(events).toHaveLength(22);
  const places = {
    answers: JSON.stringify([answer, again]),
    log: JSON.stringify([running.log, restarted.log]),
    store: JSON.stringify(events),
    windows: JSON.stringify(running.executors.map(({ seen }) => seen)),
    told: JSON.stringify(core.heard),
  };
  for (const [place, text] of Object.entries(places)) {
    expect([place, text.includes(SECRET), text.includes(MAIL)]).toEqual([place, false, false]);
  }
  for (const path of await everyFile(running.disk)) {
    const bytes = Buffer.from((await running.disk.read(path)) ?? []);
    expect([path, bytes.includes(SECRET), bytes.includes(MAIL)]).toEqual([path, false, false]);
  }
  expect(events.filter(({ event }) => event.user !== undefined).map(({ event }) => event.user)).toEqual([
    expect.stringMatching(/^hashed:[\w-]{22}$/),
    expect.stringMatching(/^hashed:[\w-]{22}$/),
  ]);
  expect(new Set(events.map(({ event }) => event.user)).size).toBe(2);
  expect(events.slice(11).map(({ event }) => event.id)).toContain('id-0');
  await restarted.intake.stop();
});

async function everyFile(disk: Awaited<ReturnType<typeof startIntake>>['disk']): Promise<readonly string[]> {
  const folders = ['spool', 'windows'];
  const files = await Promise.all(
    folders.map(async (folder) => (await disk.list(folder)).map((name) => `${folder}/${name}`)),
  );
  const all = files.flat();
  expect(all.filter((path) => path.startsWith('spool/')).length).toBeGreaterThan(0);
  expect(all.filter((path) => path.startsWith('windows/')).length).toBeGreaterThan(0);
  return all;
}
