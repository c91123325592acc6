import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ChannelAnswer, ChannelTestAnswer } from '#contract/channels.ts';
import { run } from './testing.ts';

const channel = (change: Partial<ChannelAnswer>): ChannelAnswer => ({
  channel: 'email',
  kind: 'email',
  title: 'E-mail',
  summary: 'Mail.',
  origin: 'installation',
  settings: [],
  ready: true,
  persons: [],
  addresses: [],
  needsRecipient: true,
  ...change,
});
const CHANNELS = [
  channel({
    settings: [
      { name: 'from', help: '', required: true, value: 'watch@shop.example' },
      { name: 'url', help: '', required: true, secret: { name: 'SMTP_URL', set: true } },
      { name: 'password', help: '', required: false, secret: { name: 'SMTP_PASSWORD', set: false } },
    ],
    persons: ['mia', 'noah'],
    lastAccepted: { at: '2026-03-02T09:00:00.000Z', recipient: 'mia', alert: 'A-1' },
    lastFailed: { at: '2026-03-02T10:00:00.000Z', recipient: 'mia', alert: 'A-2', problem: '550 no such user' },
  }),
  channel({
    channel: 'app',
    kind: 'app',
    lastFailed: { at: '2026-03-02T08:00:00.000Z', recipient: 'mia', alert: 'A-1' },
    lastAccepted: { at: '2026-03-02T09:00:00.000Z', recipient: 'mia', alert: 'A-1' },
    lastTest: { at: '2026-03-02T11:00:00.000Z', by: 'mia', accepted: true, reason: 'accepted', recipient: 'mia' },
  }),
];

let url = '';
let tested: ChannelTestAnswer;
const asked: string[] = [];
const server = createServer((request, response) => {
  let text = '';
  request.on('data', (chunk: Buffer) => {
    text += chunk.toString();
  });
  request.on('end', () => {
    asked.push(`${request.method} ${request.url} ${text}`);
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(request.method === 'GET' ? CHANNELS : tested));
  });
});
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => new Promise((resolve) => server.close(resolve)));

const command = (...words: readonly string[]) =>
  run('/', ['channels', ...words, '--server', url, '--plan', 'tea shop'], { defaults: { token: 'wb_admin_x' } });

test('channels stand with their secrets by name, whom they reach and how the last message went', async () => {
  const { exit, output } = await command();
  expect(exit).toBe(0);
  const lines = output.split('\n').map((line) => line.replace(/ {2,}/g, ' | ').trimEnd());
  expect(lines).toEqual([
    'CHANNEL | KIND | SECRETS | REACHES | LAST MESSAGE | LAST TEST',
    'email | email | SMTP_URL set, SMTP_PASSWORD not set | mia, noah | failed: 550 no such user 2026-03-02T10:00:00.000Z | -',
    'app | app | - | - | accepted 2026-03-02T09:00:00.000Z | accepted 2026-03-02T11:00:00.000Z',
    '',
  ]);
  expect(JSON.parse((await command('--json')).output)).toEqual(CHANNELS);
});

test('a test goes to whom it is told, and says what became of it', async () => {
  tested = { accepted: true, reason: 'accepted', recipient: 'mia', receipt: '<1@shop.example>' };
  asked.length = 0;
  const { exit, output } = await command('test', 'email', '--to', 'mia');
  expect({ exit, output }).toEqual({ exit: 0, output: 'email took the message to mia (<1@shop.example>).\n' });
  expect(asked).toEqual(['POST /api/plans/tea%20shop/channels/email/test {"recipient":"mia"}']);
  await command('test', 'email');
  expect(asked[1]).toBe('POST /api/plans/tea%20shop/channels/email/test {}');
});

test('one that was not taken is a failure with its reason', async () => {
  tested = { accepted: false, reason: 'refused', recipient: 'mia', problem: '550 no such user' };
  const { exit, output, errors } = await command('test', 'email', '--to', 'mia');
  expect({ exit, output }).toEqual({ exit: 1, output: '' });
  expect(errors).toContain('channel-test-failed: email did not take the message to mia: 550 no such user');
  const json = await command('test', 'email', '--json');
  expect(JSON.parse(json.output)).toEqual(tested);
  expect(json.exit).toBe(1);
});
