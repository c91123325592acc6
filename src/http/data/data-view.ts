import type { EventFieldsAnswer, RejectionsAnswer, StoredEventAnswer } from '#contract/data.ts';
import type { PlanData } from '#intake/link.ts';
import { type ErrorCode, errorCodes } from '#kernel/error-codes.ts';
import { formatInstant } from '#kernel/instant.ts';
import { limits } from '#kernel/limits.ts';
import type { CompiledPlan } from '#plan/model.ts';
import type { EventCursor, StoredEvent } from '#storage/clickhouse/data.ts';

/** An event as the API shows it: what it did not have is left out. */
export function viewEvent(event: StoredEvent): StoredEventAnswer {
  const { id, name, at, receivedAt, user, durationMs, value, attributes } = event;
  return {
    id,
    name,
    time: formatInstant(at),
    receivedAt: formatInstant(receivedAt),
    ...(user === '' ? {} : { user }),
    ...(durationMs === null ? {} : { durationMs }),
    ...(value === null ? {} : { value }),
    attributes: { ...attributes },
  };
}

/** The cursor of a page as text, and back; undefined for a text that is none. */
export function writeCursor({ at, id }: EventCursor): string {
  return Buffer.from(JSON.stringify([at, id])).toString('base64url');
}

export function readCursor(text: string): EventCursor | undefined {
  try {
    const [at, id] = JSON.parse(Buffer.from(text, 'base64url').toString('utf8')) as readonly unknown[];
    return Number.isSafeInteger(at) && typeof id === 'string' ? { at: at as number, id } : undefined;
  } catch {
    return undefined;
  }
}

type EventAnswer = EventFieldsAnswer['events'][number];
type FieldTypeName = EventAnswer['fields'][number]['type'];

/** Fields of the latest events of a name, those that most of them have first. */
export function viewFields(
  events: readonly StoredEvent[],
  units: Readonly<Record<string, string>>,
): EventAnswer['fields'] {
  const found = new Map<
    string,
    { readonly type: FieldTypeName; readonly example: string | number | boolean; count: number }
  >();
  for (const event of events) {
    for (const [name, value] of fieldsOf(event)) {
      const field = found.get(name);
      if (field === undefined) {
        const example = typeof value === 'string' ? cut(value) : value;
        found.set(name, { type: typeNames[typeof value as keyof typeof typeNames], example, count: 1 });
      } else field.count += 1;
    }
  }
  return [...found]
    .sort(([left, one], [right, other]) => other.count - one.count || (left < right ? -1 : 1))
    .map(([name, { type, example, count }]) => ({
      name,
      type,
      example,
      ...(Object.hasOwn(units, name) ? { unit: units[name] } : {}),
      share: count / events.length,
    }));
}

/** Under the names that a plan and a sender write. */
function fieldsOf(event: StoredEvent): readonly (readonly [string, string | number | boolean])[] {
  return [
    ...(event.durationMs === null ? [] : [['duration_ms', event.durationMs] as const]),
    ...(event.value === null ? [] : [['value', event.value] as const]),
    ...(event.user === '' ? [] : [['user', event.user] as const]),
    ...Object.entries(event.attributes),
  ];
}

/** Whole characters only. */
function cut(text: string): string {
  return text.slice(0, limits.exampleCharacters).toWellFormed();
}

/** Names of the plan's sources by the event that they read, with the units of its fields. */
export function sourcesByEvent(
  plan: CompiledPlan | undefined,
): ReadonlyMap<string, { readonly names: string[]; readonly units: Record<string, string> }> {
  const found = new Map<string, { names: string[]; units: Record<string, string> }>();
  for (const { name, event, units, samples } of Object.values(plan?.sources ?? {})) {
    if (samples === true) continue;
    const entry = found.get(event) ?? { names: [], units: {} };
    entry.names.push(name);
    Object.assign(entry.units, units);
    found.set(event, entry);
  }
  return found;
}

/** The probes whose looks an event of this name confirms. */
export function probesConfirmedBy(plan: CompiledPlan | undefined, event: string): readonly string[] {
  return (plan?.probes ?? []).filter(({ confirm }) => confirm?.event === event).map(({ name }) => name);
}

const typeNames = { string: 'text', number: 'number', boolean: 'boolean' } as const;

/** Fields whose type is fixed although no event that was looked at has them. */
export function unusedFields(
  fieldTypes: PlanData['fieldTypes'],
  events: readonly EventAnswer[],
  most: number,
): EventFieldsAnswer['unused'] {
  const used = new Set(events.flatMap(({ fields }) => fields.map(({ name }) => name)));
  return fieldTypes
    .filter(([name]) => !used.has(name))
    .slice(0, most)
    .map(([name, type]) => ({ name, type: typeNames[type] }));
}

/** What intake refused, most frequent first. */
export function viewRejections(data: PlanData | undefined, intakeUrl: string): RejectionsAnswer {
  if (data === undefined) {
    const samples = viewSamples(undefined);
    return { known: false, intakeUrl, accepted: 0, samples, rejections: [], floods: [], wrongClocks: [], scrubbed: [] };
  }
  const { floods = [], wrongClocks = [], scrubbed = [] } = data;
  return {
    since: formatInstant(data.since),
    known: true,
    intakeUrl,
    accepted: data.accepted,
    samples: viewSamples(data.samples),
    rejections: [...data.rejections].sort((left, right) => right.count - left.count).map(viewRejection),
    floods: floods.map(({ code, since, refused, perSecond, example }) => ({
      code,
      since: formatInstant(since),
      refused,
      perSecond,
      example,
    })),
    wrongClocks: wrongClocks.map((clock) => ({ ...clock, lastAt: formatInstant(clock.lastAt) })),
    scrubbed: [...scrubbed]
      .sort((left, right) => right.count - left.count)
      .map((one) => ({ ...one, lastAt: formatInstant(one.lastAt) })),
  };
}

function viewSamples(samples: PlanData['samples']): RejectionsAnswer['samples'] {
  return { accepted: samples?.accepted ?? 0, series: samples?.series ?? 0, mostSeries: limits.seriesPerPlan };
}

/** One reason, with what to do about it. */
export function viewRejection({
  code,
  count,
  lastAt,
  example,
}: PlanData['rejections'][number]): RejectionsAnswer['rejections'][number] {
  return { code, count, lastAt: formatInstant(lastAt), example, hint: errorCodes[code as ErrorCode]?.hint ?? '' };
}
