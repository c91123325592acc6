import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { answeringServer } from './testing.ts';

const server = answeringServer();
const { asked } = server;

const at = '2026-03-02T09:00:00.000Z';
const silence = { silence: 'S-1', rule: 'errors', from: at, until: at, reason: 'moving', by: 'mia', version: 1 };

const command = server.run;

beforeAll(server.start);
afterAll(server.stop);
beforeEach(server.forget);

describe('ack', () => {
  test('acknowledges the version that it has seen, and says who has it', async () => {
    server.answers = {
      'GET /api/plans/tea%20shop/alerts/A-1': [200, { alert: { version: 3 } }],
      'POST /api/plans/tea%20shop/alerts/A-1/acknowledge': [
        200,
        { alert: 'A-1', rule: 'errors', acknowledged: { by: 'admin token', at } },
      ],
    };
    const { exit, output } = await command('ack', 'A-1');
    expect(exit).toBe(0);
    expect(output).toBe(`A-1 errors is acknowledged by admin token since ${at}.\n`);
    expect(asked[1]?.body).toEqual({ expectedVersion: 3 });
    expect(asked[1]?.agent).toMatch(/^watchbill-cli/);
  });

  test('says who was faster', async () => {
    const error = { code: 'version-conflict', message: 'A-1 was acknowledged by mia at 09:00.' };
    server.answers = {
      'GET /api/plans/tea%20shop/alerts/A-1': [200, { alert: { version: 1 } }],
      'POST /api/plans/tea%20shop/alerts/A-1/acknowledge': [409, { error }],
    };
    expect(await command('ack', 'A-1')).toMatchObject({
      exit: 75,
      errors: expect.stringContaining('acknowledged by mia'),
    });
  });
});

describe('silence', () => {
  test.each([
    [['errors'], { rule: 'errors' }],
    [['--all'], {}],
    [['errors', '--group', '/orders', '500'], { rule: 'errors', group: ['/orders', '500'] }],
  ])('%j', async (words, named) => {
    server.answers = { 'POST /api/plans/tea%20shop/silences': [200, silence] };
    const { exit, output } = await command('silence', ...words, '--for', '1h30m', '--reason', 'moving');
    expect(exit).toBe(0);
    expect(asked[0]?.body).toEqual({ ...named, forMs: 5_400_000, reason: 'moving' });
    expect(output).toBe(`S-1 silences errors until ${at}.\n`);
  });

  test.each([
    [['errors', '--for', 'soon', '--reason', 'x'], '"soon" is no duration'],
    [['errors', '--for', '-2h', '--reason', 'x'], 'is no duration'],
    [['--for', '2h', '--reason', 'x'], 'Name the rule to silence'],
    [['errors', '--all', '--for', '2h', '--reason', 'x'], 'Name the rule to silence'],
    [['errors', '--for', '2h'], "required option '--reason <text>'"],
  ])('%j is refused before the server is asked', async (words, message) => {
    const { exit, errors } = await command('silence', ...words);
    expect(exit).toBe(64);
    expect(errors).toContain(message);
    expect(asked).toEqual([]);
  });
});

test('silences lists those that last, and with --all the others too', async () => {
  const ended = { ...silence, silence: 'S-0', rule: undefined, ended: { at, because: 'silence-expired' } };
  server.answers = {
    'GET /api/plans/tea%20shop/silences?limit=200&state=lasting': [200, { silences: [] }],
    'GET /api/plans/tea%20shop/silences?limit=200': [200, { silences: [silence, ended] }],
  };
  expect((await command('silences')).output).toBe('Nothing is silenced.\n');
  const { output } = await command('silences', '--all');
  expect(output.split('\n').map((line) => line.replaceAll(/ {2,}/g, ' | '))).toEqual([
    'SILENCE | RULE | UNTIL | BY | STATE | REASON',
    `S-1 | errors | ${at} | mia | lasts | moving`,
    `S-0 | every rule | ${at} | mia | ended ${at} | moving`,
    '',
  ]);
});

test('unsilence ends one', async () => {
  server.answers = { 'POST /api/plans/tea%20shop/silences/S-1/end': [200, silence] };
  expect((await command('unsilence', 'S-1')).output).toBe('S-1 has ended; it silenced errors.\n');
  expect(asked[0]?.body).toEqual({ expectedVersion: 1 });
});
