import type { EventRecord } from '#signals/record.ts';
import { CHECK_EVENT, HEARTBEAT_EVENT } from '#signals/watch/watch.ts';
import { type DecodeContext, type Decoded, type FieldType, type RecordRefusal, shownField } from './decoding.ts';
import { RecordBuilder } from './record-builder.ts';

/** Events that say what Watchbill saw itself, each written by one receiver only. */
export type OwnEvent = typeof CHECK_EVENT | typeof HEARTBEAT_EVENT;

/** Ids of such events begin with this, and no others do: an id that is known already is a repetition, and would suppress what is true. */
const OWN_PREFIX = 'watchbill:';

/** The id of an event that Watchbill writes itself, of parts that no other event of its name has together. */
export function ownId(name: OwnEvent, parts: readonly (string | number)[]): string {
  return `${OWN_PREFIX}${name}:${parts.join(':')}`;
}

/** Whether an id is of an event that Watchbill writes itself. */
export function isOwnId(id: string): boolean {
  return id.startsWith(OWN_PREFIX);
}

const NO_TYPES: ReadonlyMap<string, FieldType> = new Map();

/**
 * Builds events of Watchbill's own. Their fields have the types that their receiver gives them, also where an event of a product has taken
 * the name with another type, or has taken all the names that a plan may have: it would else decide what a result may say. Nor do they fix
 * a type: a product that says `status` as text would else be refused for the status of a probe's answer.
 */
export function buildOwn(context: DecodeContext, fill: (builder: RecordBuilder) => void): Decoded {
  const builder = new RecordBuilder({ ...context, fieldTypes: NO_TYPES });
  fill(builder);
  return { ...builder.build(), newFields: NO_TYPES };
}

/** The id of a deployment that Watchbill noticed itself begins so: encoded, as no receiver of webhooks writes one. */
export const NOTICED_PREFIX = 'deployment%20';

/** Whether a record of a request fixes the types of its fields, which only what a product sent does. */
export function fixesTypes({ name, id }: EventRecord): boolean {
  return name !== CHECK_EVENT && name !== HEARTBEAT_EVENT && !(name === 'deployment' && id.startsWith(NOTICED_PREFIX));
}

/**
 * What Watchbill's own events name, up to the first dot. Snapshots of earlier versions hold types of these fields that no product may ever
 * have sent.
 */
const OWN_FIELDS: ReadonlySet<string> = new Set(
  [
    'probe service location outcome due kind reason message evidence part status time size days_left records rows columns value',
    'heartbeat state exit_code run version previous environment origin subject sequence rule group alert severity by via note before',
    'told step cycle recipient channel silence until why from to command settled flapping label sample verdict review comparison',
  ].flatMap((names) => names.split(' ')),
);

/** Whether an own event of an earlier version may have fixed the type of a field. */
export function mayBeOwnField(field: string): boolean {
  return OWN_FIELDS.has(field.split('.', 1)[0] ?? '');
}

/**
 * Refuses, one by one, records that only another receiver writes: whoever may send events could else say that a target is well that is
 * not, and what watches a product would believe the product.
 */
export function withoutForged(decoded: Decoded, writes: OwnEvent | undefined): Decoded {
  const { records, ownIds, rejected } = decoded;
  if (!records.some((record, index) => refusalOf(record, ownIds[index], writes) !== undefined)) return decoded;
  const taken = new Set(rejected.map(({ index }) => index));
  const kept: { records: Decoded['records'][number][]; ownIds: boolean[] } = { records: [], ownIds: [] };
  const refused: (RecordRefusal & { readonly index: number })[] = [...rejected];
  let index = 0;
  for (const [place, record] of records.entries()) {
    while (taken.has(index)) index += 1;
    const refusal = refusalOf(record, ownIds[place], writes);
    if (refusal === undefined) {
      kept.records.push(record);
      kept.ownIds.push(ownIds[place] ?? false);
    } else refused.push({ ...refusal, index });
    index += 1;
  }
  return { ...decoded, ...kept, rejected: refused.sort((one, other) => one.index - other.index) };
}

function refusalOf(
  { name, id }: Decoded['records'][number],
  hasGivenId: boolean | undefined,
  writes: OwnEvent | undefined,
): RecordRefusal | undefined {
  if (name === writes) return undefined;
  if (name === CHECK_EVENT || name === HEARTBEAT_EVENT) {
    const by = name === CHECK_EVENT ? 'probes' : 'heartbeats';
    return { code: 'event-reserved', message: `name: only ${by} write events \`${name}\`.` };
  }
  if (hasGivenId !== true || !isOwnId(id)) return undefined;
  return {
    code: 'event-reserved',
    message: `${shownField(id)}: ids that begin with \`${OWN_PREFIX}\` are Watchbill's own.`,
  };
}
