import type { InboxMessageAnswer } from '#contract/journal.ts';

const INSTANT = /(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z)/;

/** A piece of a message's text: words, or an instant that is shown in the reader's zone. */
export type MessagePart = string | { readonly at: string };

/** The text of a message without what its title or its next line says anyway. */
export function messageParts({ title, text }: Pick<InboxMessageAnswer, 'title' | 'text'>): readonly MessagePart[] {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  const said = lines.filter((line, index) => line !== title && lines[index + 1]?.startsWith(`${line}:`) !== true);
  // Sentences go on in one line, readings have one each.
  return said
    .reduce((before, line) => `${before}${before === '' ? '' : before.endsWith('.') ? ' ' : '\n'}${line}`, '')
    .split(INSTANT)
    .flatMap((part, index): readonly MessagePart[] => (index % 2 === 1 ? [{ at: part }] : part === '' ? [] : [part]));
}
