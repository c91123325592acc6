import { expect, test } from 'vitest';
import type { ChannelAnswer } from '#contract/channels.ts';
import { channelState, missingSecrets, testWords } from './channel-words.ts';

const channel: ChannelAnswer = {
  channel: 'ops',
  kind: 'slack',
  title: 'Slack',
  summary: '',
  origin: 'plan',
  settings: [],
  ready: true,
  persons: [],
  addresses: [],
  needsRecipient: false,
};
const message = (at: string) => ({ at, recipient: 'slack:#ops', alert: 'A-1' });
const tested = (at: string, accepted: boolean) => ({
  at,
  accepted,
  by: 'mia',
  reason: accepted ? 'provider-accepted' : 'provider-refused',
  recipient: 'slack:#ops',
});
const [early, late] = ['2026-01-20T10:00:00.000Z', '2026-01-20T11:00:00.000Z'];

test.each([
  [{}, 'neutral: not tried yet'],
  [{ lastAccepted: message(early) }, 'good: works'],
  [{ lastAccepted: message(early), lastFailed: message(late) }, 'critical: last message failed'],
  [{ lastAccepted: message(late), lastFailed: message(early) }, 'good: works'],
  [{ lastFailed: message(early), lastTest: tested(late, true) }, 'good: works'],
  [{ lastAccepted: message(early), lastTest: tested(late, false) }, 'critical: last test failed'],
  [{ ready: false, lastAccepted: message(late) }, 'critical: a secret is not set'],
])('%o', (more, said) => {
  const { tone, word } = channelState({ ...channel, ...more });
  expect(`${tone}: ${word}`).toBe(said);
});

test('what became of a test', () => {
  expect(testWords(tested(early, true), channel)).toBe(
    'Sent to slack:#ops: accepted by the provider. See whether it arrived.',
  );
  expect(testWords(tested(early, false), channel)).toBe('Not sent to slack:#ops: refused by the provider');
  expect(testWords({ ...tested(early, false), problem: 'No answer.' }, channel)).toBe(
    'Not sent to slack:#ops: No answer.',
  );
});

test('the one place of a channel is not named', () => {
  expect(testWords({ ...tested(early, false), recipient: 'slack:ops' }, channel)).toBe(
    'Not sent: refused by the provider',
  );
});

test('names the secrets that are missing', () => {
  const setting = { name: 'url', help: '', required: true };
  const settings = [
    { ...setting, secret: { name: 'SLACK_URL', set: false } },
    { ...setting, secret: { name: 'OTHER', set: true } },
    { ...setting, value: '587' },
  ];
  expect(missingSecrets({ settings })).toEqual(['SLACK_URL']);
});
