import type { LeasedNotification } from '#core/store.ts';
import { limits } from '#kernel/limits.ts';
import { clip, type PlainMessage } from './message.ts';

/** The shortest true thing to say, from names alone; used where the usual text cannot be made. */
export function plainMessage(notification: LeasedNotification): PlainMessage {
  const { alert, plan, state } = notification.content;
  const words = `${notification.severity}: ${notification.rule} is ${state} (${alert}, ${plan})`;
  const text = clip(words, limits.messageTitleCharacters);
  return { title: text, text };
}
