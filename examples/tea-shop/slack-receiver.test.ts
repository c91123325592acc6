import { expect, test } from 'vitest';
import { receiveSlack } from './slack-receiver.ts';

const AT = 1_772_440_000_000;
const header = { type: 'header', text: { type: 'plain_text', text: 'payments fire' } };
const section = { type: 'section', text: { type: 'mrkdwn', text: '*payments* fail' } };
const button = { type: 'button', text: { type: 'plain_text', text: 'Open' }, url: 'http://127.0.0.1/a' };

test('a message with blocks is taken, and its header is its title', () => {
  const { status, text, message } = receiveSlack(
    { text: 'fallback', blocks: [header, section, { type: 'divider' }, { type: 'actions', elements: [button] }] },
    AT,
  );
  expect([status, text]).toEqual([200, 'ok']);
  expect(message).toMatchObject({ channel: 'slack', title: 'payments fire', text: 'fallback', receivedAt: AT });
});

test('plain text will do, and blocks may stand in an attachment', () => {
  expect(receiveSlack({ text: 'first\nsecond' }, AT).message?.title).toBe('first');
  expect(receiveSlack({ attachments: [{ color: '#c00', blocks: [header] }] }, AT).message?.title).toBe('payments fire');
});

test.each([
  ['no object', undefined, 'invalid_payload'],
  ['nothing to say', {}, 'no_text'],
  ['blocks that are no list', { blocks: 'x' }, 'invalid_blocks'],
  ['a header in markdown', { blocks: [{ type: 'header', text: { type: 'mrkdwn', text: 'x' } }] }, 'invalid_blocks'],
  [
    'a header too long',
    { blocks: [{ type: 'header', text: { type: 'plain_text', text: 'x'.repeat(151) } }] },
    'invalid_blocks',
  ],
  ['too many blocks', { blocks: Array(51).fill({ type: 'divider' }) }, 'invalid_blocks'],
  ['an empty section', { blocks: [{ type: 'section' }] }, 'invalid_blocks'],
  ['an unknown block', { blocks: [{ type: 'marquee' }] }, 'invalid_blocks'],
  ['actions without a button', { blocks: [{ type: 'actions', elements: [] }] }, 'invalid_blocks'],
] as const)('%s is refused as Slack refuses it', (_, body, problem) => {
  expect(receiveSlack(body, AT)).toEqual({ status: 400, text: problem });
});
