import { expect, test } from 'vitest';
import { encodeBlock } from './spool/block.ts';
import { VolatileDisk } from './spool/volatile-disk.ts';
import { startIntake, T0 } from './test-support.ts';

test('a spool that an earlier version wrote, with records as JSON, is judged, loaded and recognised', async () => {
  const disk = new VolatileDisk();
  const records = [
    { name: 'order', time: T0 - 5, id: 'o-1', user: 'u', attributes: { route: '/a', n: 1, paid: true } },
    { name: 'order', time: T0 - 4, id: 'abc-1z', attributes: { text: '\ud800 café' } },
  ];
  const meta = {
    plan: 'shop',
    sequence: 1,
    batch: 1,
    receivedAt: T0 - 3,
    accepted: 2,
    duplicates: 0,
    rejected: [],
    hasEventIds: true,
  };
  await disk.replace(
    'spool/000000000001-0123456789abcdef.seg',
    encodeBlock(meta, Buffer.from(JSON.stringify(records))),
  );
  const running = await startIntake({ disk });
  running.configure(running.connect());
  await running.clock.advance(2_000);
  expect([...running.loaded.values()].flat().map(({ event }) => event)).toEqual(records);
  expect(await running.send([{ name: 'order', event_id: 'o-1' }])).toMatchObject({ body: { duplicates: 1 } });
  expect(await running.send([{ name: 'order', n: 'text' }])).toMatchObject({
    body: { rejected: [{ code: 'field-type-conflict' }] },
  });
});
