import type { ChannelAnswer, ChannelTestAnswer } from '#contract/channels.ts';
import type { ToneAndWord } from '../../kit/tone.ts';
import { reasonWords } from '../alerts/reason-words.ts';

/** How a channel does, by the newest that is known of it: a message, or a test. */
export function channelState({ ready, lastAccepted, lastFailed, lastTest }: ChannelAnswer): ToneAndWord {
  if (!ready) return { tone: 'critical', word: 'a secret is not set' };
  const events = [
    ...(lastAccepted === undefined ? [] : [{ at: lastAccepted.at, works: true, word: 'works' }]),
    ...(lastFailed === undefined ? [] : [{ at: lastFailed.at, works: false, word: 'last message failed' }]),
    ...(lastTest === undefined
      ? []
      : [{ at: lastTest.at, works: lastTest.accepted, word: lastTest.accepted ? 'works' : 'last test failed' }]),
  ];
  const newest = events.sort((one, other) => other.at.localeCompare(one.at))[0];
  if (newest === undefined) return { tone: 'neutral', word: 'not tried yet' };
  return { tone: newest.works ? 'good' : 'critical', word: newest.word };
}

/** What became of a test, in a sentence. */
export function testWords(
  { accepted, reason, recipient, problem }: ChannelTestAnswer,
  { kind, channel }: Pick<ChannelAnswer, 'kind' | 'channel'>,
): string {
  // The one place of a channel has no name of its own.
  const to = recipient === `${kind}:${channel}` ? '' : ` to ${recipient}`;
  if (!accepted) return `Not sent${to}: ${problem ?? reasonWords(reason)}`;
  return `Sent${to}: ${reasonWords(reason)}. See whether it arrived.`;
}

/** Names of the secrets that the server does not have. */
export function missingSecrets({ settings }: Pick<ChannelAnswer, 'settings'>): readonly string[] {
  return settings.flatMap(({ secret }) => (secret === undefined || secret.set ? [] : [secret.name]));
}
