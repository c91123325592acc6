import type { StoredEventAnswer } from '#contract/data.ts';
import type { Tone } from '../../kit/tone.ts';

/** What of a line is seen before it is opened. */
export interface LineHead {
  readonly at: number;
  readonly level: string;
  readonly tone: Tone;
  readonly service: string;
  readonly message: string;
}

/** The level as it was sent; an error without one is an error. */
export function levelOf(line: Pick<StoredEventAnswer, 'name' | 'attributes'>): string {
  const level = line.attributes['level'];
  return typeof level === 'string' && level !== '' ? level : line.name === 'error' ? 'error' : '';
}

/** Colour means state: only what is bad has one. */
export function levelTone(level: string): Tone {
  switch (level.toLowerCase()) {
    case 'critical':
    case 'fatal':
    case 'error':
      return 'critical';
    case 'warning':
    case 'warn':
      return 'warning';
    default:
      return 'neutral';
  }
}

const messageFields = ['message', 'span', 'route', 'path', 'statement', 'type'] as const;

/** What a line says in one: its message, or what else there is that says what it was about. */
export function lineHead(line: StoredEventAnswer): LineHead {
  const { attributes } = line;
  const level = levelOf(line);
  const service = attributes['service'];
  const field = messageFields.find((name) => attributes[name] !== undefined && attributes[name] !== '');
  return {
    at: Date.parse(line.time),
    level,
    tone: levelTone(level),
    service: service === undefined ? '' : String(service),
    message: field === undefined ? line.name : String(attributes[field]),
  };
}

export interface LineField {
  readonly name: string;
  readonly value: string | number | boolean;
  /** Whether a search can hold it against the value as it stands here. */
  readonly searchable: boolean;
}

/** Everything that came in a line, what people look for first at the top. */
export function lineFields(line: StoredEventAnswer): readonly LineField[] {
  const own: LineField[] = [{ name: 'name', value: line.name, searchable: true }];
  if (line.durationMs !== undefined) own.push({ name: 'duration', value: line.durationMs, searchable: true });
  if (line.value !== undefined) own.push({ name: 'value', value: line.value, searchable: true });
  if (line.user !== undefined) own.push({ name: 'user', value: line.user, searchable: true });
  const attributes = Object.entries(line.attributes)
    .map(([name, value]) => ({ name, value, searchable: name !== 'message' && name !== 'stack' }))
    .sort((left, right) => rank(left.name) - rank(right.name) || (left.name < right.name ? -1 : 1));
  return [...attributes, ...own, { name: 'event_id', value: line.id, searchable: true }];
}

const first = [
  'message',
  'level',
  'service',
  'type',
  'stack',
  'status',
  'route',
  'method',
  'path',
  'environment',
  'version',
];

function rank(name: string): number {
  const place = first.indexOf(name);
  return place < 0 ? first.length : place;
}
