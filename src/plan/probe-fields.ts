import { formatDuration } from '#kernel/instant.ts';
import type { Confirmation, ProbeCheck } from './probe.ts';

/** What a field of a result holds: a number with its unit, text, or whatever the target says. */
export type ResultFieldKind = 'count' | 'ms' | 'bytes' | 'days' | 'text' | 'any';

/**
 * What an expectation may name, by the kind of check; `json.*` stands for every path into a JSON answer. `time` is the whole duration.
 * Numbers are in the base units of expectations: ms, bytes, days.
 */
export const resultFields: Readonly<Record<ProbeCheck['kind'], Readonly<Record<string, ResultFieldKind>>>> = {
  http: { status: 'count', time: 'ms', size: 'bytes', body: 'text', 'json.*': 'any' },
  tcp: { time: 'ms' },
  tls: { time: 'ms', days_left: 'days' },
  dns: { time: 'ms', records: 'count', value: 'text' },
  query: { time: 'ms', rows: 'count', value: 'any' },
};

/** What a field of a kind of check holds; undefined when its results have no such field. */
export function resultField(kind: ProbeCheck['kind'], field: string): ResultFieldKind | undefined {
  const fields = resultFields[kind];
  if (Object.hasOwn(fields, field)) return fields[field];
  if (field.startsWith('json.')) return fields['json.*'];
  const inner = agedField(field);
  return inner !== undefined && resultField(kind, inner) === 'any' ? 'ms' : undefined;
}

/** The field of which `age(FIELD)` is the age; undefined for any other. */
export function agedField(field: string): string | undefined {
  return /^age\((.+)\)$/.exec(field)?.[1];
}

const TIMING_PARTS: Readonly<Partial<Record<ProbeCheck['kind'], readonly string[]>>> = {
  http: ['time.dns', 'time.connect', 'time.tls', 'time.first_byte', 'time.confirmed'],
  tls: ['time.dns', 'time.connect', 'time.tls'],
  tcp: ['time.dns', 'time.connect'],
  query: ['time.dns', 'time.connect'],
};

/** The kind of a check by its first word; undefined when there is none of that name. */
export function checkKind(check: string): ProbeCheck['kind'] | undefined {
  const [word = ''] = check.trim().split(/\s/, 1);
  if (word === 'GET' || word === 'HEAD' || word === 'POST') return 'http';
  return word !== 'http' && Object.hasOwn(resultFields, word) ? (word as ProbeCheck['kind']) : undefined;
}

/** What a figure may be of, `checks.NAME.FIELD`: the numbers that events of the results hold. */
export function figureFields(kind: ProbeCheck['kind']): Readonly<Record<string, ResultFieldKind>> {
  const numbers = Object.entries(resultFields[kind]).filter(([field, holds]) => holds !== 'text' && field !== 'json.*');
  const parts = (TIMING_PARTS[kind] ?? []).map((part) => [part, 'ms'] as const);
  return Object.fromEntries([...numbers, ...parts]);
}

/** What has to come for a look to be confirmed, by the id that it sent. */
export function confirmationWords({ source, event, field }: Confirmation, run: string): string {
  return `\`${source ?? event}\` whose \`${field}\` holds ${run}`;
}

/** What is said of a look that was answered as expected and not confirmed. */
export function unconfirmedMessage(confirm: Confirmation, run: string): string {
  return `Within ${formatDuration(confirm.withinMs)} no ${confirmationWords(confirm, run)} came.`;
}

/** What is said of a part that an answer tells to be down, by the path under which it does. */
export function partMessage(path: string): string {
  return `The answer says of \`${path}\` that it is not well.`;
}
