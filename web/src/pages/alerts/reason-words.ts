import type { DecisionReason } from '#core/model.ts';
import { reasonTexts } from '#core/reasons.ts';

/** A named reason in words; one that this page does not know is shown by its name. */
export function reasonWords(reason: string): string {
  return Object.hasOwn(reasonTexts, reason) ? reasonTexts[reason as DecisionReason] : reason;
}

/** The same as a sentence of its own. */
export function reasonSentence(reason: string): string {
  const words = reasonWords(reason);
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}.`;
}
