import type { ErrorGroupAnswer } from '#contract/errors.ts';
import type { ToneAndWord } from '../../kit/tone.ts';

/** How a group stands: one that came back is worse than one that is new, and that than one that is known. */
export function errorTone({
  state,
  regressedAt,
  isNew,
  inNextRelease,
}: Pick<ErrorGroupAnswer, 'state' | 'regressedAt' | 'isNew' | 'inNextRelease'>): ToneAndWord {
  if (state === 'ignored') return { tone: 'neutral', word: 'ignored' };
  if (state === 'resolved') {
    return { tone: 'good', word: inNextRelease ? 'resolved in the next release' : 'resolved' };
  }
  if (regressedAt !== undefined) return { tone: 'critical', word: 'came back' };
  return isNew ? { tone: 'critical', word: 'new' } : { tone: 'warning', word: 'open' };
}

/** The first line of a group: its type, or its message when it has none. */
export function errorTitle({ type, message, error }: Pick<ErrorGroupAnswer, 'type' | 'message' | 'error'>): string {
  return type ?? (firstLine(message) || error);
}

/** The second line, which says what the first does not. */
export function errorMessage({ type, message }: Pick<ErrorGroupAnswer, 'type' | 'message'>): string {
  return type === undefined ? '' : firstLine(message);
}

function firstLine(text: string): string {
  return text.trim().split('\n', 1)[0] ?? '';
}

const fieldNames: Readonly<Record<string, string>> = {
  server_name: 'server',
  'host.name': 'host',
  mechanism: 'caught by',
  os: 'system',
};

/** A field as people read it; a tag is called as its sender calls it. */
export function fieldName(field: string): string {
  if (field.startsWith('tag.')) return field.slice('tag.'.length);
  return Object.hasOwn(fieldNames, field) ? (fieldNames[field] ?? field) : field;
}
